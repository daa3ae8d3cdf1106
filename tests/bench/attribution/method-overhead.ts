/**
 * What each method costs beside the model, at 224×224×3: `node tests/bench/attribution/method-overhead.ts`.
 * The model answers at once, so all time is the method's own; it is given per single-image pass.
 */
import { methods, parseOptions } from '../../../shared/attribution/registry.ts';
import type { ConvolutionalClassifier } from '../../../shared/runtime/convolutional-classifier.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';

const SHAPE = [3, 224, 224];
const SIZE = 3 * 224 * 224;
const slope = Float32Array.from({ length: SIZE }, (_, i) => Math.sin(i));
/** Fewer passes where the defaults ask for thousands. */
const shortened: Record<string, object> = {
  occlusion: { stride: 8 },
  rise: { samples: 200 },
  lime: { samples: 200 },
  'kernel-shap': { samples: 200 },
};

const answers = new Map<number, Float32Array>();
function gradientOf(images: number): Float32Array {
  const known = answers.get(images) ?? new Float32Array(images * SIZE);
  if (!answers.has(images)) for (let n = 0; n < images; n++) known.set(slope, n * SIZE);
  answers.set(images, known);
  return known;
}

const instant: ConvolutionalClassifier = {
  inputShape: SHAPE,
  layout: 'NCHW',
  classCount: 1,
  featureMaps: ['last'],
  scores: async ({ shape }) => tensor(new Float32Array(shape[0]!).fill(0.5), [shape[0]!, 1]),
  gradient: async ({ shape }) => ({
    scores: tensor(new Float32Array(shape[0]!).fill(0.5), [shape[0]!, 1]),
    gradient: tensor(gradientOf(shape[0]!), [shape[0]!, ...SHAPE]),
  }),
  activations: async () => ({
    scores: tensor(new Float32Array(1), [1, 1]),
    activations: tensor(new Float32Array(2048 * 49).fill(1), [1, 2048, 7, 7]),
    gradients: tensor(new Float32Array(2048 * 49).fill(1), [1, 2048, 7, 7]),
  }),
  guidedGradient: (batch, targets) => instant.gradient(batch, targets),
  release: async () => {},
};

const input = tensor(
  slope.map((_, i) => Math.cos(i / 100) + Math.sin(i / 7000)),
  SHAPE,
);
for (const method of methods) {
  const options = parseOptions(method, shortened[method.name] ?? {});
  await method.attribute(instant, input, { target: 0 }, options);
  const begin = performance.now();
  const { gradients, forwards } = await method.attribute(instant, input, { target: 0 }, options);
  const milliseconds = performance.now() - begin;
  const perPass = (milliseconds / (gradients + forwards)).toFixed(2);
  console.log(
    `${method.name.padEnd(20)} ${milliseconds.toFixed(0)} ms, ${gradients} gradients, ${forwards} forwards, ${perPass} ms a pass`,
  );
}
