/**
 * How much a gradient costs beside the forward pass of the same run: `node tests/bench/engine/gradient-cost.ts`.
 * Prints the best and median milliseconds of several runs after a warm-up, and their ratio. The least possible
 * is about 2 (forward, and as much again for the backward convolutions).
 */
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { uniform } from '../../unit/engine/uniform.ts';
import { plainCnn, resNet50 } from './bench-models.ts';

const BATCH = 8;
const RUNS = 9;

async function milliseconds(work: () => Promise<unknown>): Promise<{ best: number; median: number }> {
  const times: number[] = [];
  for (let run = -2; run < RUNS; run++) {
    const begin = performance.now();
    await work();
    if (run >= 0) times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return { best: times[0]!, median: times[RUNS >> 1]! };
}

async function measure(name: string, model: Uint8Array): Promise<void> {
  const classifier = await compileClassifier(model, createOnnxRuntimeRunner());
  const next = uniform(1);
  const data = Float32Array.from({ length: BATCH * 3 * 224 * 224 }, next);
  const batch = { shape: [BATCH, ...classifier.inputShape], data };
  const targets = new Array<number>(BATCH).fill(1);
  const forward = await milliseconds(() => classifier.scores(batch));
  const gradient = await milliseconds(() => classifier.gradient(batch, targets));
  await classifier.release();
  const show = ({ best, median }: typeof forward): string =>
    `${best.toFixed(0)} ms best, ${median.toFixed(0)} median`;
  console.log(`${name}, batch ${BATCH}: forward ${show(forward)}; gradient ${show(gradient)}; `);
  console.log(
    `  ratio ${(gradient.best / forward.best).toFixed(2)} best, ${(gradient.median / forward.median).toFixed(2)} median`,
  );
}

await measure('plain CNN', plainCnn());
await measure('ResNet-50', resNet50());
