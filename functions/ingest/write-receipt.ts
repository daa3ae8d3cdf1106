/** Receipts in the drop bucket: the newest upload of a key wins, however late an older event arrives. */
import { receiptKey } from '../../shared/manifest/keys.ts';
import { type Receipt, receiptSchema } from '../../shared/manifest/receipt.ts';
import { jsonType, readJson } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';

/** Sequencers are hexadecimal of varying length: compared right-aligned. */
const newer = (a: string, b: string): boolean => {
  const width = Math.max(a.length, b.length);
  return a.padStart(width, '0') > b.padStart(width, '0');
};

export async function writeReceipt(store: ObjectStore, receipt: Receipt): Promise<void> {
  const key = receiptKey(receipt.key);
  for (;;) {
    const present = await readJson(store, key, receiptSchema);
    if (present && newer(present.value.sequencer, receipt.sequencer)) return;
    if ((await store.swap(key, JSON.stringify(receipt), jsonType, present?.etag)) === 'written') return;
  }
}
