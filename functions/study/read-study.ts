/** A study's folder -> its plan, prepared data and results. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { PermanentFault } from '../../shared/errors.ts';
import { type StudyPlan, studyPlanSchema } from '../../shared/manifest/study.ts';
import { type StudyData, studyDataSchema } from '../../shared/manifest/study-data.ts';
import { studyDataKey, studyPlanKey } from '../../shared/manifest/study-keys.ts';
import { type StudyResult, studyResultSchema } from '../../shared/manifest/study-result.ts';

export interface StudyOnDisk {
  readonly folder: string;
  readonly plan: StudyPlan;
  readonly data: StudyData;
  /** Every result on the plan's data, in the order of their keys. */
  readonly results: readonly StudyResult[];
}

/** Throws PermanentFault `study-folder` or `study-damaged`. */
export async function readStudy(folder: string): Promise<StudyOnDisk> {
  const plan = await readAs(studyPlanSchema, folder, studyPlanKey);
  const data = await readAs(studyDataSchema, folder, studyDataKey(plan.dataDigest));
  const names = await readdir(join(folder, 'results')).catch(() => []);
  const results: StudyResult[] = [];
  for (const name of names.filter((file) => file.endsWith('.json')).sort()) {
    const result = await readAs(studyResultSchema, folder, `results/${name}`);
    if (result.dataDigest === plan.dataDigest) results.push(result);
  }
  return { folder, plan, data, results };
}

async function readAs<Schema extends z.ZodType>(
  schema: Schema,
  folder: string,
  key: string,
): Promise<z.infer<Schema>> {
  const text = await readFile(join(folder, key), 'utf8').catch((cause: unknown) => {
    throw new PermanentFault(`readStudy: expected a study's folder, got one without ${key}`, {
      code: 'study-folder',
      remedy: 'Name the folder that `cxai study run` wrote (its --out).',
      cause,
    });
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PermanentFault(`readStudy: expected ${key} to be whole, got other content`, {
      code: 'study-damaged',
      remedy: 'Delete that file and run the study again: what is missing is computed anew.',
      cause,
    });
  }
}
