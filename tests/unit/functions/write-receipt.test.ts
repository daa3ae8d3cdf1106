/** Receipts, and that a patient's file name is in no message of what goes wrong with them. */
import { describe, expect, it } from 'vitest';
import { readJson } from '../../../functions/common/json-object.ts';
import { writeReceipt } from '../../../functions/ingest/write-receipt.ts';
import { receiptKey } from '../../../shared/manifest/keys.ts';
import { type Receipt, receiptSchema } from '../../../shared/manifest/receipt.ts';
import { memoryStore } from './memory-store.ts';

const name = 'DOE JANE 1970.png';
const receipt: Receipt = {
  schema: 'cxai.receipt/1',
  key: `drop/phantom/${name}`,
  sequencer: '0A',
  runId: 'ab'.repeat(16),
  status: 'planned',
  error: null,
};
const key = receiptKey(receipt.key);
const unreadable = {
  'of another version': JSON.stringify({ ...receipt, schema: 'cxai.receipt/2', [name]: name, key: [name] }),
  'no JSON': `${name} is no JSON`,
};

describe('a receipt', () => {
  it.each(Object.entries(unreadable))('that is %s counts for none and is replaced', async (_, body) => {
    const store = memoryStore();
    await store.write(key, body, 'application/json');
    await writeReceipt(store, receipt);
    expect((await readJson(store, key, receiptSchema))?.value).toEqual(receipt);
  });

  it.each(Object.entries(unreadable))('that is %s is refused without a word of its key', async (_, body) => {
    const store = memoryStore();
    await store.write(key, body, 'application/json');
    const error = await readJson(store, key, receiptSchema).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ permanent: true, code: expect.stringMatching(/^object-/) });
    const told = `${JSON.stringify(error)} ${(error as Error).message} ${(error as Error).cause}`;
    expect(told).not.toMatch(/DOE|JANE|phantom|receipts/);
  });

  it('of a newer upload stays when an older event comes late', async () => {
    const store = memoryStore();
    await writeReceipt(store, { ...receipt, sequencer: '0B' });
    await writeReceipt(store, receipt);
    expect((await readJson(store, key, receiptSchema))?.value.sequencer).toBe('0B');
  });
});
