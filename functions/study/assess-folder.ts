/** A study's product on images of another origin: the same preparation, every image of the set as a test image. */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { CxaiError, PermanentFault } from '../../shared/errors.ts';
import { studyDataSpecSchema } from '../../shared/manifest/study.ts';
import type { StudyReport } from '../../shared/manifest/study-report.ts';
import type { StudyResult } from '../../shared/manifest/study-result.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { assess } from '../../shared/study/assess.ts';
import { softmaxRows } from '../../shared/study/score.ts';
import { classFiles } from './class-folders.ts';
import { readImage } from './read-image.ts';
import type { StudyOnDisk } from './read-study.ts';

/** What a person writes; folders are relative to the file. Class names must be the study's. */
const externalSetSchema = z.strictObject({
  name: z.string().min(1),
  folder: z.string().min(1),
  classes: studyDataSpecSchema.shape.classes,
});

type Assessed = StudyReport['external'][number];

/** Throws PermanentFault `study-external` where the set does not fit. Unreadable files are told and left out. */
export async function assessFolder(
  file: string,
  study: StudyOnDisk,
  product: StudyResult,
  runner: Runner,
  onUnreadable: (path: string, fault: CxaiError) => void,
): Promise<Assessed> {
  const { name, folder, classes } = await readExternalSet(file);
  const unknown = Object.keys(classes).filter((entry) => !product.classes.includes(entry));
  if (unknown.length > 0) {
    throw setFault(`classes of the study (${product.classes.join(', ')})`, unknown.join(', '));
  }
  const session = await runner.load(await readFile(join(study.folder, product.weights.key)));
  const predictions: StudyResult['validation']['predictions'] = [];
  try {
    const names = Object.keys(classes);
    for (const { path, label } of await classFiles(resolve(dirname(file), folder), classes)) {
      try {
        const { digest, input } = await readImage(path, study.data.input, null);
        const { channels, height, width } = study.data.input;
        const [scores] = Object.values(
          await session.run({
            [session.inputNames[0]!]: { shape: [1, channels, height, width], data: input },
          }),
        );
        const [probabilities] = softmaxRows(scores!.data, product.classes.length);
        predictions.push({
          image: digest,
          label: product.classes.indexOf(names[label]!),
          probabilities: probabilities!,
        });
      } catch (fault) {
        if (!(fault instanceof CxaiError)) throw fault;
        onUnreadable(path, fault);
      }
    }
  } finally {
    await session.release();
  }
  if (predictions.length === 0) throw setFault('readable images', 'none');
  const loss =
    predictions.reduce((sum, { label, probabilities }) => sum - Math.log(probabilities[label]!), 0) /
    predictions.length;
  return { name, assessment: assess({ loss, predictions }, product.classes) };
}

async function readExternalSet(file: string): Promise<z.infer<typeof externalSetSchema>> {
  try {
    return externalSetSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw setFault('JSON with name, folder and classes', cause instanceof Error ? cause.message : '', cause);
  }
}

const setFault = (expected: string, got: string, cause?: unknown): PermanentFault =>
  new PermanentFault(`study report: expected ${expected}, got ${got} (--external)`, {
    code: 'study-external',
    remedy: '{"name": "adults", "folder": "images", "classes": {"normal": ["no_finding"], …}}',
    cause,
  });
