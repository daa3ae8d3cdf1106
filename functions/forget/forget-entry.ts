/** Takes a run out of the index and its pages, by compare-and-swap beside the catalog. Returns how many held it. */
import { indexKey, indexPagesPrefix } from '../../shared/manifest/keys.ts';
import { runIndexSchema } from '../../shared/manifest/run-index.ts';
import { jsonType, readJson } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';

export async function forgetEntry(store: ObjectStore, runId: string): Promise<number> {
  // The index first: what the catalog moves to a page meanwhile is found there.
  let count = await forgetIn(store, indexKey, runId);
  for await (const { key } of store.list(indexPagesPrefix)) count += await forgetIn(store, key, runId);
  return count;
}

async function forgetIn(store: ObjectStore, key: string, runId: string): Promise<number> {
  for (;;) {
    const stored = await readJson(store, key, runIndexSchema);
    const runs = stored?.value.runs.filter((entry) => entry.runId !== runId) ?? [];
    if (!stored || runs.length === stored.value.runs.length) return 0;
    const body = JSON.stringify({ ...stored.value, runs });
    if ((await store.swap(key, body, jsonType, stored.etag)) === 'written') return 1;
  }
}
