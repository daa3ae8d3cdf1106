/** The runs before and after one in the gallery that the reader came from. */
import { indexKey } from '../../../shared/manifest/keys.ts';
import type { RunIndex } from '../../../shared/manifest/run-index.ts';
import { fetchJson } from './fetch-json.ts';
import { readGalleryFragment } from './gallery-fragment.ts';
import { selectRuns } from './run-list.ts';

export interface RunNeighbors {
  readonly previous: string | null;
  readonly next: string | null;
}

/** `list` is the fragment of the gallery. Null where the index cannot be read. */
export async function findNeighbors(
  root: string,
  runId: string | null,
  list: string,
): Promise<RunNeighbors | null> {
  const answer = await fetchJson<RunIndex>(`${root}${indexKey}`, 'cxai.run-index/1');
  if (answer.kind !== 'loaded') return null;
  const ids = selectRuns(answer.value.runs, readGalleryFragment(list)).map((run) => run.runId);
  const place = ids.indexOf(runId ?? '');
  return { previous: ids[place - 1] ?? null, next: place < 0 ? null : (ids[place + 1] ?? null) };
}
