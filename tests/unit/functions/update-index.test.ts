import { describe, expect, it } from 'vitest';
import { mergeEntries, updateIndex } from '../../../functions/catalog/update-index.ts';
import type { ObjectStore } from '../../../functions/common/object-store.ts';
import { type RunEntry, runIndexSchema } from '../../../shared/manifest/run-index.ts';
import { memoryStore as bucketInMemory } from './memory-store.ts';

const entry = (number: number, more: Partial<RunEntry> = {}): RunEntry => ({
  runId: number.toString(16).padStart(32, '0'),
  status: 'complete',
  modelId: 'phantom',
  target: 'lesion',
  probability: 0.9,
  methods: 3,
  failedMethods: [],
  error: null,
  finishedAt: new Date(Date.UTC(2030, 0, 1) + number * 1000).toISOString(),
  ...more,
});

/** A store in memory whose first `races` swaps lose against somebody else. */
function memoryStore(races = 0) {
  const objects = new Map<string, { body: string; version: number }>();
  let lost = 0;
  const store = {
    async read(key: string) {
      const object = objects.get(key);
      return object && { bytes: new TextEncoder().encode(object.body), etag: String(object.version) };
    },
    async swap(key: string, body: string, _type: string, etag: string | undefined) {
      if (lost < races) {
        lost += 1;
        return 'changed' as const;
      }
      const present = objects.get(key);
      if ((present && String(present.version)) !== etag) return 'changed' as const;
      objects.set(key, { body, version: (present?.version ?? 0) + 1 });
      return 'written' as const;
    },
    async write(key: string, body: string) {
      objects.set(key, { body, version: (objects.get(key)?.version ?? 0) + 1 });
    },
  };
  const index = (key: string) => runIndexSchema.parse(JSON.parse(objects.get(key)!.body));
  return { store: store as unknown as ObjectStore, objects, index };
}

describe('the index of runs that expire', () => {
  const from = (number: number) => entry(number).finishedAt;
  const all = Array.from({ length: 2500 }, (_, number) => entry(number));

  it('forgets what finished before, in the index and its pages, and keeps every page', async () => {
    const store = bucketInMemory();
    const read = (key: string) => runIndexSchema.parse(JSON.parse(store.text(key)!));
    for (let start = 0; start < 2500; start += 500) await updateIndex(store, all.slice(start, start + 500));
    expect(read('index.json')).toMatchObject({ pages: 1 });
    await updateIndex(store, [], from(400));
    expect(
      read('index/page-000001.json')
        .runs.map(({ runId }) => runId)
        .at(-1),
    ).toBe(entry(400).runId);
    expect(read('index.json').runs).toHaveLength(1500);
    await updateIndex(store, [], from(1200));
    expect(read('index/page-000001.json')).toEqual({ schema: 'cxai.run-index/1', runs: [], pages: 0 });
    expect(read('index.json').runs.at(-1)).toEqual(entry(1200));
    expect(read('index.json').pages).toBe(1);
  });

  it('takes in no entry that is too old already', () => {
    const empty = { schema: 'cxai.run-index/1' as const, runs: [], pages: 0 };
    expect(mergeEntries(empty, [entry(1), entry(2)], from(2)).runs).toEqual([entry(2)]);
  });
});

describe('the run index', () => {
  it('is newest first, whatever the order of the events', () => {
    const empty = { schema: 'cxai.run-index/1' as const, runs: [], pages: 0 };
    const merged = mergeEntries(mergeEntries(empty, [entry(3), entry(1)]), [entry(2)]);
    expect(merged.runs).toEqual([entry(3), entry(2), entry(1)]);
  });

  it('holds each run once, however often its event comes', async () => {
    const { store, index } = memoryStore();
    await updateIndex(store, [entry(1)]);
    await updateIndex(store, [entry(1), entry(2)]);
    expect(index('index.json').runs).toEqual([entry(2), entry(1)]);
  });

  it('is not written at all where nothing changes', async () => {
    const { store, objects } = memoryStore();
    await updateIndex(store, [entry(1)]);
    await updateIndex(store, [entry(1)]);
    expect(objects.get('index.json')!.version).toBe(1);
  });

  it('loses no entry when other writers win the race', async () => {
    const { store, index } = memoryStore(3);
    await updateIndex(store, [entry(1)]);
    expect(index('index.json').runs).toHaveLength(1);
  });

  it('moves its oldest thousand to a page when it holds two thousand', async () => {
    const { store, index } = memoryStore();
    await updateIndex(
      store,
      Array.from({ length: 2000 }, (_, number) => entry(number)),
    );
    expect(index('index.json')).toMatchObject({ pages: 1 });
    expect(index('index.json').runs.at(-1)).toEqual(entry(1000));
    expect(index('index/page-000001.json').runs[0]).toEqual(entry(999));
    expect(index('index/page-000001.json').runs).toHaveLength(1000);
  });
});
