/**
 * How much a gradient costs beside the forward pass of the same run:
 *   node tests/bench/engine/gradient-cost.ts [threads] [part of a model's name]
 * Passes alternate, after a warm-up. Prints the best and the median of wall-clock and processor milliseconds and
 * their ratio. On a busy machine take one thread and processor time: idle threads of the engine spin. The least
 * possible ratio is about 2 (forward, and as much again for the backward convolutions).
 */
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { uniform } from '../../unit/engine/uniform.ts';
import { mobileNet, plainCnn, resNet50 } from './bench-models.ts';
import { lightModel } from './light-models.ts';

const BATCH = 8;
const RUNS = 10;
const THREADS = Number(process.argv[2] ?? 2);

interface Times {
  readonly wall: number[];
  readonly processor: number[];
}

async function timeInto(times: Times | undefined, work: () => Promise<unknown>): Promise<void> {
  const used = process.cpuUsage();
  const begin = performance.now();
  await work();
  times?.wall.push(performance.now() - begin);
  const { user, system } = process.cpuUsage(used);
  times?.processor.push((user + system) / 1000);
}

function summary(forward: number[], gradient: number[]): string {
  const best = (list: number[]): number => Math.min(...list);
  const median = (list: number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]!;
  const show = (list: number[]): string => `${best(list).toFixed(0)} (median ${median(list).toFixed(0)})`;
  const ratio = (best(gradient) / best(forward)).toFixed(2);
  const medians = (median(gradient) / median(forward)).toFixed(2);
  return `forward ${show(forward)} ms, gradient ${show(gradient)} ms, ratio ${ratio} (median ${medians})`;
}

async function measure(name: string, model: Uint8Array): Promise<void> {
  const classifier = await compileClassifier(model, createOnnxRuntimeRunner({ threads: THREADS }));
  const data = Float32Array.from({ length: BATCH * 3 * 224 * 224 }, uniform(1));
  const batch = { shape: [BATCH, ...classifier.inputShape], data };
  const targets = new Array<number>(BATCH).fill(1);
  const forward: Times = { wall: [], processor: [] };
  const gradient: Times = { wall: [], processor: [] };
  for (let run = -1; run < RUNS; run++) {
    await timeInto(run < 0 ? undefined : forward, () => classifier.scores(batch));
    await timeInto(run < 0 ? undefined : gradient, () => classifier.gradient(batch, targets));
  }
  await classifier.release();
  console.log(`${name}, batch ${BATCH}, ${THREADS} threads`);
  console.log(`  wall-clock: ${summary(forward.wall, gradient.wall)}`);
  console.log(`  processor:  ${summary(forward.processor, gradient.processor)}`);
}

const MODELS: Readonly<Record<string, () => Uint8Array>> = {
  'plain CNN': plainCnn,
  'ResNet-50': resNet50,
  'DenseNet-121 (needs ../shared/data)': () => lightModel('densenet121'),
  'MobileNet-like': mobileNet,
};

for (const [name, model] of Object.entries(MODELS)) {
  if (name.includes(process.argv[3] ?? '')) await measure(name, model());
}
