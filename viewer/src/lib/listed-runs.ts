/** The runs in the order of the gallery that the reader came from. */
import { indexKey, indexPageKey } from '../../../shared/manifest/keys.ts';
import type { RunEntry, RunIndex } from '../../../shared/manifest/run-index.ts';
import { fetchJson } from './fetch-json.ts';
import { readGalleryFragment } from './gallery-fragment.ts';
import { mergeRuns, selectRuns } from './run-list.ts';

/** Older pages never change, so each is read once. */
const pagesRead = new Map<string, readonly RunEntry[]>();

/**
 * `list` is the fragment of the gallery. Where `runId` is not among the newest runs, or the last of them, older pages
 * are read until it and the one after it are known. Null where the index cannot be read.
 */
export async function listedRuns(
  root: string,
  list: string,
  runId: string | null = null,
): Promise<readonly RunEntry[] | null> {
  const newest = await readIndex(`${root}${indexKey}`);
  if (!newest) return null;
  const query = readGalleryFragment(list);
  let runs: readonly RunEntry[] = newest.runs;
  for (let page = newest.pages; page > 0 && runId !== null; page--) {
    const selected = selectRuns(runs, query);
    const known = runs.some((run) => run.runId === runId);
    if (known && selected.at(-1)?.runId !== runId) break;
    const older = await readPage(`${root}${indexPageKey(page)}`);
    if (!older) break;
    runs = mergeRuns(older, runs);
  }
  return selectRuns(runs, query);
}

async function readPage(url: string): Promise<readonly RunEntry[] | null> {
  const runs = pagesRead.get(url) ?? (await readIndex(url))?.runs ?? null;
  if (runs) pagesRead.set(url, runs);
  return runs;
}

async function readIndex(url: string): Promise<RunIndex | null> {
  const answer = await fetchJson<RunIndex>(url, 'cxai.run-index/1');
  return answer.kind === 'loaded' ? answer.value : null;
}
