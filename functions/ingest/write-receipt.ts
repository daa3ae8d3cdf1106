/** Receipts in the drop bucket: the newest upload of a key wins, however late an older event arrives. */
import { receiptKey } from '../../shared/manifest/keys.ts';
import { type Receipt, receiptSchema } from '../../shared/manifest/receipt.ts';
import { jsonType, readJson, UnreadableObject } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';

/** Sequencers are hexadecimal of varying length: compared right-aligned. */
const newer = (a: string, b: string): boolean => {
  const width = Math.max(a.length, b.length);
  return a.padStart(width, '0') > b.padStart(width, '0');
};

/** A receipt that cannot be read counts for none, and is replaced: it says nothing about the file. */
export async function writeReceipt(store: ObjectStore, receipt: Receipt): Promise<void> {
  const key = receiptKey(receipt.key);
  for (;;) {
    const present = await presentReceipt(store, key);
    if (present?.sequencer !== undefined && newer(present.sequencer, receipt.sequencer)) return;
    if ((await store.swap(key, JSON.stringify(receipt), jsonType, present?.etag)) === 'written') return;
  }
}

async function presentReceipt(
  store: ObjectStore,
  key: string,
): Promise<{ readonly etag: string; readonly sequencer?: string } | undefined> {
  try {
    const stored = await readJson(store, key, receiptSchema);
    return stored && { etag: stored.etag, sequencer: stored.value.sequencer };
  } catch (error) {
    if (error instanceof UnreadableObject) return { etag: error.etag };
    throw error;
  }
}
