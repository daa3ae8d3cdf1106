/**
 * Architecture studies of the data root: `studies/index.json` lists them, `studies/<id>/report.json` holds each
 * (shared/manifest/study-index.ts and study-report.ts). `cxai study publish` writes both.
 */
import type { StudyIndex } from '../../../../shared/manifest/study-index.ts';
import { studyIndexKey, studyPrefix, studyReportKey } from '../../../../shared/manifest/study-keys.ts';
import type { StudyReport } from '../../../../shared/manifest/study-report.ts';
import { pageDataRoot } from '../data-root.ts';
import { fetchJson, type LoadFailure } from '../fetch-json.ts';

export type StudyEntry = StudyIndex['studies'][number];

/** Every study; none where there is no list yet. */
export async function listStudies(): Promise<readonly StudyEntry[]> {
  const answer = await fetchJson<StudyIndex>(`${pageDataRoot()}${studyIndexKey}`, 'cxai.study-index/1');
  return answer.kind === 'loaded' ? answer.value.studies : [];
}

export async function loadReport(id: string): Promise<StudyReport | LoadFailure> {
  const answer = await fetchJson<StudyReport>(
    `${pageDataRoot()}${studyPrefix(id)}${studyReportKey}`,
    'cxai.study-report/1',
  );
  if (answer.kind === 'loaded') return answer.value;
  if (answer.kind === 'failed') return answer.failure;
  throw new Error('internal: unchanged without a validator');
}
