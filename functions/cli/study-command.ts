/** `cxai study run`: prepares the data, plans the jobs, runs those that are missing on all cores. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import { type StudyJob, type StudySpec, studySpecSchema } from '../../shared/manifest/study.ts';
import { studyPlanKey } from '../../shared/manifest/study-keys.ts';
import { planStudy } from '../../shared/study/plan-study.ts';
import { prepareStudyData } from '../study/prepare-data.ts';
import { runStudy } from '../study/run-study.ts';
import { writeWhole } from '../study/write-whole.ts';
import type { Output } from './output.ts';

export interface StudyRunFlags {
  readonly out?: string;
  readonly processes?: number;
}

/** Images and plan in the study's folder, ready to be trained on. */
export async function prepareStudy(file: string, out: string | undefined, output: Output) {
  const spec = await readStudySpec(file);
  const folder = resolve(out ?? join('studies', spec.id));
  const reading = output.progress('images');
  const data = await prepareStudyData(spec, {
    base: dirname(resolve(file)),
    out: folder,
    onProgress: ({ done, total }) => reading.set(done / total),
    onUnreadable: (path, fault) => output.failure(path, fault),
  });
  reading.done();
  const plan = planStudy(spec, data);
  await writeWhole(join(folder, studyPlanKey), `${JSON.stringify(plan, null, 1)}\n`);
  return { folder, data, plan };
}

/** Returns the number of failed jobs. */
export async function studyRunCommand(file: string, flags: StudyRunFlags, output: Output): Promise<number> {
  const { folder, data, plan } = await prepareStudy(file, flags.out, output);
  output.note(
    `${data.images.length} images in ${data.groups} groups (${data.duplicateGroups} of near-duplicates), ${plan.jobs.length} jobs`,
  );
  const began = performance.now();
  const progress = studyProgress(output);
  const outcome = await runStudy(plan, {
    folder,
    data,
    processes: flags.processes ?? availableParallelism(),
    onProgress: progress,
    onEpoch: ({ key, job }, epoch) => {
      if (output.json) output.result('', { epoch: { key, ...epoch, configuration: job.configuration } });
    },
    onResult: (result) => {
      const test = result.test ? `, test ${percent(result.test.accuracy)}` : '';
      output.result(
        `${describe(result)}: validation ${percent(result.validation.accuracy)}${test}, epoch ${result.bestEpoch} of ${result.epochs.length}, ${Math.round(result.seconds)} s`,
        {
          result: { ...result, validation: result.validation.accuracy, test: result.test?.accuracy ?? null },
        },
      );
    },
    onFailure: ({ job }, { code, message, remedy }) =>
      output.failure(describe(job), new PermanentFault(message, { code, ...(remedy && { remedy }) })),
  });
  const seconds = (performance.now() - began) / 1000;
  output.result(
    `${outcome.computed} computed, ${outcome.reused} there already, ${outcome.failed} failed, ${duration(seconds)}: ${folder}/`,
    { study: { id: plan.id, ...outcome, seconds, folder } },
  );
  return outcome.failed;
}

/** Throws PermanentFault `study-spec` naming every field that does not fit. */
export async function readStudySpec(file: string): Promise<StudySpec> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw specFault('a readable file', cause instanceof Error ? cause.message : String(cause));
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw specFault('JSON', error instanceof Error ? error.message : String(error));
  }
  const spec = studySpecSchema.safeParse(value);
  if (spec.success) return spec.data;
  const where = spec.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw specFault('a study specification', where.join('; '));
}

function specFault(expected: string, got: string): PermanentFault {
  return new PermanentFault(`study run: expected ${expected}, got ${got}`, {
    code: 'study-spec',
    remedy: 'The fields are in shared/manifest/json-schema/study.schema.json.',
  });
}

function describe({ configuration, seed }: Pick<StudyJob, 'configuration' | 'seed'>): string {
  const { blocks, batch, learningRate } = configuration;
  return `${blocks} blocks, batch ${batch}, learning rate ${learningRate}, seed ${seed}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.round(seconds)} s`;
}

/** A bar on a terminal, a line of JSON every percent with `--json`. */
function studyProgress(output: Output) {
  const bar = output.progress('jobs');
  let told = -1;
  return ({
    done,
    total,
    fraction,
    secondsLeft,
  }: {
    done: number;
    total: number;
    fraction: number;
    secondsLeft: number | null;
  }): void => {
    if (!output.json) bar.set(fraction);
    const percentDone = Math.floor(100 * fraction);
    if (output.json && percentDone > told)
      output.result('', { progress: { done, total, fraction, secondsLeft } });
    told = Math.max(told, percentDone);
    if (done === total) bar.done();
  };
}
