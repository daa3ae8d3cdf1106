/**
 * The run index: entries of new manifests are merged into `index.json` by compare-and-swap, newest first.
 * When it holds two pages' worth, the oldest thousand move to a page. Where runs expire, their entries go with them:
 * a page loses what is too old, and stays as an empty one, so that readers who walk from page to page find each.
 */
import { indexKey, indexPageKey, indexPagesPrefix } from '../../shared/manifest/keys.ts';
import { type RunEntry, type RunIndex, runIndexSchema } from '../../shared/manifest/run-index.ts';
import { jsonType, readJson, unlessUnreadable } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';

const pageSize = 1000;

const newestFirst = (a: RunEntry, b: RunEntry): number =>
  b.finishedAt.localeCompare(a.finishedAt) || a.runId.localeCompare(b.runId);

/**
 * Entries replace those of the same run; the order is by time, so late events change nothing. What finished before
 * `oldest` (ISO 8601) is left out.
 */
export function mergeEntries(index: RunIndex, entries: readonly RunEntry[], oldest = ''): RunIndex {
  const byRun = new Map([...index.runs, ...entries].map((entry) => [entry.runId, entry]));
  return { ...index, runs: keptSince([...byRun.values()], oldest).sort(newestFirst) };
}

const keptSince = (runs: readonly RunEntry[], oldest: string): RunEntry[] =>
  runs.filter(({ finishedAt }) => finishedAt >= oldest);

export async function updateIndex(
  store: ObjectStore,
  entries: readonly RunEntry[],
  oldest?: string,
): Promise<void> {
  if (oldest !== undefined) await expirePages(store, oldest);
  for (;;) {
    const present = await readJson(store, indexKey, runIndexSchema);
    const empty: RunIndex = { schema: 'cxai.run-index/1', runs: [], pages: 0 };
    const merged = mergeEntries(present?.value ?? empty, entries, oldest);
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

/** Longer than a page without entries, shorter than one with a single one. */
const emptyPageBytes = 100;

/** Pages are older the lower their number, and all are written in the order of time: the first that keeps all ends it. */
async function expirePages(store: ObjectStore, oldest: string): Promise<void> {
  for await (const { key, size } of store.list(indexPagesPrefix)) {
    if (size <= emptyPageBytes) continue;
    const page = await readJson(store, key, runIndexSchema).catch(unlessUnreadable(undefined));
    if (!page) continue;
    const runs = keptSince(page.value.runs, oldest);
    if (runs.length === page.value.runs.length) return;
    // Whoever changed it meanwhile did the same.
    await store.swap(key, JSON.stringify({ ...page.value, runs }), jsonType, page.etag);
  }
}
