/** The runs in the order of the gallery that the reader came from. */
import { indexKey } from '../../../shared/manifest/keys.ts';
import type { RunEntry, RunIndex } from '../../../shared/manifest/run-index.ts';
import { fetchJson } from './fetch-json.ts';
import { readGalleryFragment } from './gallery-fragment.ts';
import { selectRuns } from './run-list.ts';

/** `list` is the fragment of the gallery. Null where the index cannot be read. */
export async function listedRuns(root: string, list: string): Promise<readonly RunEntry[] | null> {
  const answer = await fetchJson<RunIndex>(`${root}${indexKey}`, 'cxai.run-index/1');
  return answer.kind === 'loaded' ? selectRuns(answer.value.runs, readGalleryFragment(list)) : null;
}
