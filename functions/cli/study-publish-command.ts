/** `cxai study publish FOLDER`: the study's report on the site of a running installation, here or in AWS. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import { modelIdSchema } from '../../shared/manifest/model-card.ts';
import { studyReportKey } from '../../shared/manifest/study-keys.ts';
import { studyReportSchema } from '../../shared/manifest/study-report.ts';
import { publishStudy } from '../study/publish-study.ts';
import { connect } from './installation.ts';
import type { Output } from './output.ts';
import { WrongUse } from './wrong-use.ts';

export interface StudyPublishFlags {
  readonly state: string;
  readonly model?: string;
}

export async function studyPublishCommand(
  folder: string,
  { state, model }: StudyPublishFlags,
  output: Output,
): Promise<void> {
  if (model !== undefined && !modelIdSchema.safeParse(model).success) {
    throw new WrongUse(`--model: expected lower-case letters, digits and hyphens, got '${model}'`);
  }
  const text = await readFile(join(folder, studyReportKey), 'utf8').catch((cause: unknown) => {
    throw new PermanentFault('study publish: expected report.json in the folder, got none', {
      code: 'study-report-missing',
      remedy: 'Make it first: `cxai study report <folder>`.',
      cause,
    });
  });
  const report = studyReportSchema.parse(JSON.parse(text));
  const { results, site } = await connect(state);
  await publishStudy(results, report, model ?? null);
  const address = `${site ?? ''}study/#study=${report.id}`;
  output.result(`published: ${address}`, { study: { id: report.id, address } });
}
