/**
 * Training of the paper's 5-block CNN (32-64-128-256-256, dense 128) beside PyTorch: the same weights, images and
 * labels, one Adam step compared number by number, then throughput, in turn within one run, so that a busy machine
 * slows both: `node tests/bench/study/against-torch.ts [--rounds 3] [--python /usr/bin/python3]`.
 *
 * GFLOP/s counts convolutions and matrix products: forward, and twice that backward, less the input gradient of the
 * first layer, which neither side computes.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { configurationSchema } from '../../../shared/manifest/study.ts';
import { forwardFlops } from '../../../shared/onnx/forward-flops.ts';
import { adamRates } from '../../../shared/study/adam-update.ts';
import { classifierModel } from '../../../shared/study/classifier-model.ts';
import { initialParameters, studyNetwork } from '../../../shared/study/network.ts';
import { flatten, type Slot, unflatten } from '../../../shared/study/trainable-network.ts';
import { gradientStep, trainingStep } from '../../../shared/study/training-step.ts';
import type { Tensor32 } from '../../../shared/tensor/tensor.ts';

const { values: flags } = parseArgs({
  allowNegative: true,
  options: {
    rounds: { type: 'string', default: '3' },
    step: { type: 'boolean', default: true },
    time: { type: 'boolean', default: true },
    steps: { type: 'string', default: '6' },
    threads: { type: 'string', default: '2' },
    channels: { type: 'string', default: '1' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
const THREADS = Number(flags.threads);
const STEPS = Number(flags.steps);
const LEARNING_RATE = 1e-3;
const configuration = configurationSchema.parse({ blocks: 5, filters: 32, filterLimit: 256, batch: 32 });
const input = { channels: Number(flags.channels), side: 128, classes: 2 };
const network = studyNetwork(configuration, input);
const { batch } = configuration;
const step = trainingStep(network, { batch });
const random = xoshiro(1);

const weights = flatten(step.layout, initialParameters(configuration, input, 1));
const image = Float32Array.from({ length: batch * input.channels * input.side ** 2 }, () => random.uniform());
const labels = Array.from({ length: batch }, () => random.below(2));
const oneHot = Float32Array.from({ length: 2 * batch }, (_, at) => (labels[at >> 1] === at % 2 ? 1 : 0));

/** Largest |gradient| of each tensor, of the first peer asked. */
const largest = new Map<string, number>();
const folder = mkdtempSync(join(tmpdir(), 'cxai-torch-step-'));
const write = (name: string, array: Float32Array | BigInt64Array): void =>
  writeFileSync(join(folder, name), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
const read = (name: string): Float32Array => {
  const bytes = new Uint8Array(readFileSync(join(folder, name)));
  return new Float32Array(bytes.buffer);
};

function peer(mode: 'step' | 'step64' | 'time'): { torch: string; milliseconds: number[] } | undefined {
  const script = join(import.meta.dirname, 'torch_step.py');
  const run = spawnSync(flags.python, [script, folder, mode], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`torch_step.py: ${run.stderr}`);
  return mode === 'time' ? JSON.parse(run.stdout) : undefined;
}

const vector = (data: Float32Array): Tensor32 => ({ shape: [data.length], data });
const feeds = (): Record<string, Tensor32> => ({
  image: { shape: step.imageShape, data: image },
  labels: { shape: step.labelsShape, data: oneHot },
  weights: vector(weights),
});

/** Worst |ours − peer| of a tensor ÷ its largest |peer|, over all tensors, with the tensor's name. */
function worstError(ours: Float32Array, theirs: Float32Array, slots: readonly Slot[]): [number, string] {
  const errors = slots.map(({ name, offset, count }): [number, string] => {
    const most = theirs.subarray(offset, offset + count).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    let worst = 0;
    for (let i = offset; i < offset + count; i++) worst = Math.max(worst, Math.abs(ours[i]! - theirs[i]!));
    return [most > 0 ? worst / most : worst, name];
  });
  return errors.reduce((a, b) => (b[0] > a[0] ? b : a));
}

async function compareStep(): Promise<void> {
  const runner = createOnnxRuntimeRunner({ threads: THREADS });
  const session = await runner.load(gradientStep(network, batch).bytes);
  const { gradient } = await session.run(feeds());
  await session.release();
  const stepping = await runner.load(step.bytes);
  const zeros = (): Tensor32 => vector(new Float32Array(weights.length));
  const rates = vector(adamRates(1, LEARNING_RATE, 0));
  const next = await stepping.run({ ...feeds(), first: zeros(), second: zeros(), rates });
  await stepping.release();
  const stepped = next['next/weights']!.data;
  for (const mode of ['step', 'step64'] as const) {
    peer(mode);
    const [theirGradient, theirWeights] = [read('gradient.f32'), read('stepped.f32')];
    const report = (what: string, [error, name]: [number, string]): void =>
      console.log(
        `${mode === 'step' ? 'float32' : 'float64'} peer, ${what}: ${error.toExponential(1)} (${name})`,
      );
    const { slots } = step.layout;
    report('gradient, worst error ÷ largest of its tensor', worstError(gradient!.data, theirGradient, slots));
    report('weights after the step, likewise', worstError(stepped, theirWeights, slots));
    // Adam's first step is η·sign(g) almost everywhere, so where g is nearly zero its rounding decides the sign.
    const moved = (weightsAfter: Float32Array): Float32Array =>
      weightsAfter.map((value, i) => (isClear(theirGradient, i) ? value - weights[i]! : 0));
    report(
      'the step itself, where |gradient| > 1 % of the largest',
      worstError(moved(stepped), moved(theirWeights), slots),
    );
  }
}

function isClear(gradient: Float32Array, index: number): boolean {
  const slot = step.layout.slots.findLast(({ offset }) => offset <= index)!;
  let most = largest.get(slot.name);
  if (most === undefined) {
    most = gradient
      .subarray(slot.offset, slot.offset + slot.count)
      .reduce((m, value) => Math.max(m, Math.abs(value)), 0);
    largest.set(slot.name, most);
  }
  return Math.abs(gradient[index]!) > 0.01 * most;
}

async function timeOurs(): Promise<number[]> {
  const session = await createOnnxRuntimeRunner({ threads: THREADS }).load(step.bytes);
  const zeros = (): Tensor32 => vector(new Float32Array(weights.length));
  let current = [vector(weights.slice()), zeros(), zeros()];
  let other = current.map(({ data }) => vector(data.slice()));
  const times: number[] = [];
  for (let index = 0; index <= STEPS; index++) {
    const [w, first, second] = current as [Tensor32, Tensor32, Tensor32];
    const [nextW, nextFirst, nextSecond] = other as [Tensor32, Tensor32, Tensor32];
    const began = performance.now();
    await session.run(
      { ...feeds(), weights: w, first, second, rates: vector(adamRates(index + 1, LEARNING_RATE, 0)) },
      { 'next/weights': nextW, 'next/first': nextFirst, 'next/second': nextSecond },
    );
    if (index > 0) times.push(performance.now() - began);
    [current, other] = [other, current];
  }
  await session.release();
  return times;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

async function compareTime(): Promise<void> {
  const parameters = unflatten(step.layout, weights);
  const forward = forwardFlops(classifierModel(network, parameters), network.imageShape);
  const firstLayer = 2 * input.side ** 2 * 9 * input.channels * 32;
  const flops = batch * (3 * forward - firstLayer);
  const [ours, theirs]: [number[], number[]] = [[], []];
  let version = '';
  for (let round = 0; round < Number(flags.rounds); round++) {
    ours.push(...(await timeOurs()));
    const report = peer('time')!;
    theirs.push(...report.milliseconds);
    version = report.torch;
  }
  const line = (name: string, times: readonly number[]): void => {
    const [best, middle] = [Math.min(...times), median(times)];
    const rate = (ms: number): string =>
      `${((1000 * batch) / ms).toFixed(1)} images/s, ${(flops / ms / 1e6).toFixed(0)} GFLOP/s`;
    console.log(
      `${name}: best ${best.toFixed(0)} ms a step (${rate(best)}), median ${middle.toFixed(0)} ms (${rate(middle)})`,
    );
  };
  line('ours', ours);
  line(`PyTorch ${version}`, theirs);
  console.log(
    `ours is faster by ${(Math.min(...theirs) / Math.min(...ours)).toFixed(2)} (best), ${(median(theirs) / median(ours)).toFixed(2)} (median); ${THREADS} threads`,
  );
}

try {
  write('weights.f32', weights);
  write('image.f32', image);
  write('labels.i64', BigInt64Array.from(labels, BigInt));
  writeFileSync(
    join(folder, 'layout.json'),
    JSON.stringify({
      threads: THREADS,
      steps: STEPS,
      learningRate: LEARNING_RATE,
      network: [5, input.channels, input.side, 32, 256, 128, 2],
      slots: step.layout.slots,
      imageShape: step.imageShape,
    }),
  );
  if (flags.step) await compareStep();
  if (flags.time) await compareTime();
} finally {
  rmSync(folder, { recursive: true });
}
