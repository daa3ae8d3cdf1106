/**
 * The run index: entries of new manifests are merged into `index.json` by compare-and-swap, newest first.
 * When it holds two pages' worth, the oldest thousand move to a page that never changes again.
 */
import { indexKey, indexPageKey } from '../../shared/manifest/keys.ts';
import { type RunEntry, type RunIndex, runIndexSchema } from '../../shared/manifest/run-index.ts';
import { jsonType, readJson } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';

const pageSize = 1000;

const newestFirst = (a: RunEntry, b: RunEntry): number =>
  b.finishedAt.localeCompare(a.finishedAt) || a.runId.localeCompare(b.runId);

/** Entries replace those of the same run; the order is by time, so late events change nothing. */
export function mergeEntries(index: RunIndex, entries: readonly RunEntry[]): RunIndex {
  const byRun = new Map([...index.runs, ...entries].map((entry) => [entry.runId, entry]));
  return { ...index, runs: [...byRun.values()].sort(newestFirst) };
}

export async function updateIndex(store: ObjectStore, entries: readonly RunEntry[]): Promise<void> {
  for (;;) {
    const present = await readJson(store, indexKey, runIndexSchema);
    const empty: RunIndex = { schema: 'cxai.run-index/1', runs: [], pages: 0 };
    const merged = mergeEntries(present?.value ?? empty, entries);
    const next = merged.runs.length >= 2 * pageSize ? await turnPage(store, merged) : merged;
    const body = JSON.stringify(next);
    if (present && body === JSON.stringify(present.value)) return;
    if ((await store.swap(indexKey, body, jsonType, present?.etag)) === 'written') return;
  }
}

/** The page is written before the index forgets its entries; a lost race rewrites the same page. */
async function turnPage(store: ObjectStore, index: RunIndex): Promise<RunIndex> {
  const page: RunIndex = { ...index, runs: index.runs.slice(-pageSize), pages: index.pages };
  await store.write(indexPageKey(index.pages + 1), JSON.stringify(page), jsonType);
  return { ...index, runs: index.runs.slice(0, -pageSize), pages: index.pages + 1 };
}
