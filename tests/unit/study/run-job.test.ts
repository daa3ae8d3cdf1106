import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import type { JobReport } from '../../../functions/study/job-process.ts';
import { runJob } from '../../../functions/study/run-job.ts';
import { configurationSchema, type StudyJob, trainingSchema } from '../../../shared/manifest/study.ts';
import { studyCheckpointKey, studyResultKey } from '../../../shared/manifest/study-keys.ts';
import { jobKeyOf } from '../../../shared/study/job-key.ts';
import { spotImages, writePrepared } from './spot-images.ts';

const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cxai-study-'));
  folders.push(folder);
  return folder;
};
const study = () => {
  const folder = newFolder();
  return { folder, data: writePrepared(folder, spotImages(128)) };
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const job = (changes: object = {}, training: object = {}): StudyJob => ({
  configuration: configurationSchema.parse({
    blocks: 2,
    filters: 4,
    dense: 8,
    batch: 16,
    learningRate: 0.01,
    ...changes,
  }),
  training: trainingSchema.parse({ epochs: 12, ...training }),
  seed: 3,
});
const runner = createOnnxRuntimeRunner({ threads: 1 });
const context = (folder: string, dataDigest: string) => ({
  runner,
  threads: 1,
  folder,
  dataDigest,
  now: () => performance.now(),
});

describe('runJob', () => {
  it.each([
    { batchNorm: false, dropout: 0.2 },
    { batchNorm: true, dropout: 0 },
  ])('learns to see a spot, and tells every image’s answer: %o', async (changes) => {
    const { folder, data } = study();
    const augmentation = { flipHorizontal: true, shift: 0.05 };
    const spec = job(changes, { augmentation, schedule: 'cosine', classWeights: 'balanced' });
    const result = await runJob(jobKeyOf(spec, data.digest), spec, context(folder, data.digest));
    expect(result.test!.accuracy).toBeGreaterThanOrEqual(0.9);
    expect(result.test!.predictions).toHaveLength(32);
    expect(result.epochs).toHaveLength(12);
    expect(result.epochs[0]!.train.loss).toBeGreaterThan(result.epochs[11]!.train.loss);
    const losses = result.epochs.map(({ validation }) => validation.loss);
    expect(losses[result.bestEpoch - 1]).toBe(Math.min(...losses));
    expect(result.validation.loss).toBeCloseTo(Math.min(...losses), 6);
    expect(existsSync(join(folder, studyCheckpointKey(result.key)))).toBe(false);
  });

  it('ends in the same weights, to the byte, after kill -9 between two steps', async () => {
    const spec = job({ dropout: 0.3 }, { epochs: 8, augmentation: { flipVertical: true } });
    const [undisturbed, killed] = [study(), study()];
    const key = jobKeyOf(spec, killed.data.digest);
    const child = fork(fileURLToPath(new URL('../../../functions/study/job-process.ts', import.meta.url)));
    const exited = new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
    let epochs = 0;
    child.on('message', (report: JobReport) => {
      if (report.kind === 'epoch' && ++epochs === 3) child.kill('SIGKILL');
    });
    child.send({ key, job: spec, folder: killed.folder, dataDigest: killed.data.digest, threads: 1 });
    expect(await exited).toBe('SIGKILL');
    expect(existsSync(join(killed.folder, studyCheckpointKey(key)))).toBe(true);
    expect(existsSync(join(killed.folder, studyResultKey(key)))).toBe(false);
    const resumed: number[] = [];
    const again = await runJob(key, spec, {
      ...context(killed.folder, killed.data.digest),
      onEpoch: ({ epoch }) => resumed.push(epoch),
    });
    expect(resumed[0]).toBeGreaterThan(3);
    expect(resumed.at(-1)).toBe(8);
    const once = await runJob(key, spec, context(undisturbed.folder, undisturbed.data.digest));
    expect(again.weights).toEqual(once.weights);
    expect(again.test).toEqual(once.test);
  });

  it('counts a damaged checkpoint as absent', async () => {
    const spec = job({}, { epochs: 2 });
    const { folder, data } = study();
    const key = jobKeyOf(spec, data.digest);
    const first = await runJob(key, spec, context(folder, data.digest));
    rmSync(join(folder, studyResultKey(key)));
    writeFileSync(join(folder, studyCheckpointKey('x')).replace(/x$/, key), `{"key":"${key}"}\nno arrays`);
    const second = await runJob(key, spec, context(folder, data.digest));
    expect(second.weights).toEqual(first.weights);
  });

  it('stops early, and keeps the weights before a loss that is no number', async () => {
    const { inputs, labels } = spotImages(128);
    const folder = newFolder();
    // Labels that have nothing to do with the images: what is learned does not hold.
    const data = writePrepared(folder, { inputs, labels: labels.map((_, index) => (index >> 1) % 2) });
    const patient = job({}, { epochs: 30, patience: 2 });
    const stopped = await runJob('a'.repeat(32), patient, context(folder, data.digest));
    expect(stopped.ended).toBe('early-stopping');
    expect(stopped.epochs.length - stopped.bestEpoch).toBe(2);
    const pixels = join(folder, `data/${data.digest.slice(7)}/pixels.f32`);
    const bytes = readFileSync(pixels);
    bytes.writeFloatLE(Number.NaN, 0);
    writeFileSync(pixels, bytes);
    const diverged = await runJob('b'.repeat(32), job(), context(folder, data.digest));
    expect(diverged.ended).toBe('diverged');
    expect(diverged.epochs).toHaveLength(1);
    expect(Number.isFinite(diverged.validation.loss)).toBe(true);
  });

  it('says when there are fewer images than one batch', async () => {
    const { folder, data } = study();
    await expect(runJob('c'.repeat(32), job({ batch: 256 }), context(folder, data.digest))).rejects.toThrow(
      'expected at least one batch of 256 training images, got 64',
    );
  });
});
