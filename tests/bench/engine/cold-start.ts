/**
 * One process, one model, as a worker sees it after a cold start; run by against-torch.ts:
 *   node tests/bench/engine/cold-start.ts MODEL.onnx BATCH THREADS STEPS
 * STEPS 0: prints how long the first and the second gradient take, of one image and of a batch, from the model's
 * bytes. Else prints the most memory resident (VmHWM) after integrated gradients over STEPS steps.
 */
import { readFileSync } from 'node:fs';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { methodNamed, parseOptions } from '../../../shared/attribution/registry.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { uniform } from '../../unit/engine/uniform.ts';

const [path, batch, threads, steps] = [process.argv[2]!, ...process.argv.slice(3).map(Number)] as [
  string,
  number,
  number,
  number,
];

const runner = createOnnxRuntimeRunner({ threads });
let begin = performance.now();
/** Milliseconds since the last call. */
function lap(): string {
  const now = performance.now();
  const spent = now - begin;
  begin = now;
  return `${spent.toFixed(0)} ms`;
}

const classifier = await compileClassifier(readFileSync(path), runner);
const read = lap();
const [channels, height, width] = classifier.inputShape as [number, number, number];
const draw = (images: number) => ({
  shape: [images, channels, height, width],
  data: Float32Array.from({ length: images * channels * height * width }, uniform(1)),
});
if (steps === 0) {
  const laps: string[] = [];
  for (const images of [1, batch]) {
    const given = draw(images);
    lap();
    for (let call = 0; call < 2; call++) {
      await classifier.gradient(given, new Array<number>(images).fill(1));
      laps.push(lap());
    }
  }
  console.log(
    `cold: read ${read}, first gradient of 1 image ${laps[0]} (second ${laps[1]}), of ${batch} ${laps[2]} (second ${laps[3]})`,
  );
} else {
  const method = methodNamed('integrated-gradients');
  const options = parseOptions(method, { steps, quadrature: 'reference' });
  const image = { ...draw(1), shape: [channels, height, width] };
  await method.attribute(classifier, image, { target: 1, batchSize: batch, runner }, options);
  const status = readFileSync('/proc/self/status', 'utf8');
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024;
  console.log(`peak: ${peak.toFixed(0)} MiB after integrated gradients over ${steps} steps, ${lap()}`);
}
