/**
 * Puts a study's report where the site reads it: `studies/{id}/report.json` in the results bucket, and its line in
 * `studies/index.json`. A report published again replaces the one before.
 */
import { type StudyIndex, studyIndexSchema } from '../../shared/manifest/study-index.ts';
import { studyIndexKey, studyPrefix, studyReportKey } from '../../shared/manifest/study-keys.ts';
import type { StudyReport } from '../../shared/manifest/study-report.ts';
import { jsonType, readJson } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';

/** `model`: id of the registered model that the study produced, null where there is none. */
export async function publishStudy(
  results: ObjectStore,
  report: StudyReport,
  model: string | null,
): Promise<void> {
  const { id, name, configurations, data } = report;
  // The report first: whoever sees the line finds it.
  await results.write(`${studyPrefix(id)}${studyReportKey}`, JSON.stringify(report), jsonType);
  const entry = { id, name, model, configurations: configurations.length, images: data.images };
  for (;;) {
    const present = await readJson(results, studyIndexKey, studyIndexSchema);
    const others = present?.value.studies.filter((study) => study.id !== id) ?? [];
    const index: StudyIndex = { schema: 'cxai.study-index/1', studies: [entry, ...others] };
    const written = await results.swap(studyIndexKey, JSON.stringify(index), jsonType, present?.etag);
    if (written === 'written') return;
  }
}
