/**
 * Class prototype: the image that a model finds most typical of a class, x* = argmax F(x) − regularization. A view of
 * the model, not of an image. Simonyan, Vedaldi & Zisserman 2013, "Deep inside convolutional networks", section 2
 * (L2); Yosinski et al. 2015, "Understanding neural networks through deep visualization", section 3 (blur);
 * Mordvintsev, Olah & Tyka 2015, "Inceptionism" (octaves, jitter).
 *
 * Steepest ascent from mid-grey with a little noise: x ← x + s · r · g / rms(g) − l2 · (x − mid-grey), r the range from
 * black to white, g the gradient at the image moved cyclically by a random jitter, s falling from stepSize to zero in
 * each octave, since steps of one size leap over a near maximum for ever. Octaves run from a small image to the model's
 * own size, each the last one stretched. Values stay between black and white. The best image of the last octave counts.
 */
import { z } from 'zod';
import { Cancelled, PermanentFault } from '../errors.ts';
import { gaussianBlur } from '../imaging/gaussian.ts';
import { resizePlane } from '../imaging/resize.ts';
import type { Classifier } from '../runtime/classifier.ts';
import type { Extent } from '../segmentation/extent.ts';
import { type Tensor32, tensor } from '../tensor/tensor.ts';
import type { AttributionContext, Preprocessing } from './method.ts';
import { xoshiro } from './noise/xoshiro.ts';
import { geometryOf, planesOf } from './planes.ts';

export const prototypeOptionsSchema = z.strictObject({
  steps: z.int().min(1).max(10_000).default(64).describe('Gradients in each octave.'),
  octaves: z.int().min(1).max(8).default(3).describe('Sizes from small to the model’s own.'),
  octaveScale: z.number().gt(1).max(4).default(1.4).describe('How much larger each octave is.'),
  stepSize: z
    .number()
    .positive()
    .max(1)
    .default(0.02)
    .describe('Typical change of an octave’s first step, share of the range.'),
  l2: z.number().min(0).max(1).default(0.01).describe('Pull toward mid-grey in each step.'),
  blur: z.number().min(0).max(10).default(0.5).describe('Gaussian after each fourth step, pixels; 0: none.'),
  jitter: z
    .int()
    .min(0)
    .max(64)
    .default(4)
    .describe('Most pixels that the image is moved before a gradient.'),
  seed: z.int().default(0).describe('Seed of the start and the jitter.'),
});

export type PrototypeOptions = z.infer<typeof prototypeOptionsSchema>;

export interface PrototypeContext extends Pick<AttributionContext, 'signal' | 'onProgress'> {
  readonly target: number;
  readonly preprocessing: Preprocessing;
}

export interface ClassPrototype {
  /** [...inputShape] in model units. */
  readonly image: Tensor32;
  /** The target's score at each gradient, at the moved image, before the step; rounds of blur lower it. */
  readonly scores: readonly number[];
  /** Score of the mid-grey image, which every model has an opinion on: the control. */
  readonly startScore: number;
  /** Score of `image`. */
  readonly score: number;
  readonly gradients: number;
}

const BLUR_EVERY = 4;
/** Noise of the start, share of the range: without it a symmetric model has no gradient to follow. */
const START_NOISE = 0.02;

/** Throws PermanentFault where the class does not exist or the model gives no finite gradient. */
export async function classPrototype(
  model: Classifier,
  { target, preprocessing, signal, onProgress }: PrototypeContext,
  options: PrototypeOptions,
): Promise<ClassPrototype> {
  if (!Number.isInteger(target) || target < 0 || target >= model.classCount) {
    throw new PermanentFault(
      `class-prototype: expected a class index from 0 to ${model.classCount - 1}, got ${target}`,
      { code: 'target-unknown' },
    );
  }
  const { channels, height, width } = geometryOf(model);
  const levels = Array.from({ length: channels }, (_, c) => levelsOf(preprocessing, c));
  const random = xoshiro(options.seed);
  const { octaves, steps } = options;
  const scores: number[] = [];
  let best: Best | undefined;
  let extent = octaveExtent({ height, width }, octaves - 1, options.octaveScale);
  let planes: Float64Array[] = levels.map(({ middle, range }) =>
    Float64Array.from(
      { length: extent.height * extent.width },
      () => middle + START_NOISE * range * (random.uniform() - 0.5),
    ),
  );
  for (let octave = octaves - 1; octave >= 0; octave--) {
    const next = octaveExtent({ height, width }, octave, options.octaveScale);
    planes = planes.map((plane) => resized(plane, extent, next));
    extent = next;
    for (let step = 0; step < steps; step++) {
      if (signal?.aborted) throw new Cancelled('class-prototype');
      const shift = [jitterOf(random.uniform(), options), jitterOf(random.uniform(), options)] as const;
      const found = await slopeAt(model, target, planes, extent, shift);
      scores.push(found.score);
      if (octave === 0) best = better(best, { score: found.score, planes });
      const pace = options.stepSize * (1 - step / steps);
      planes = planes.map((plane, c) =>
        ascended(plane, found.planes[c]!, found.scale, levels[c]!, { pace, l2: options.l2 }),
      );
      if (options.blur > 0 && step % BLUR_EVERY === BLUR_EVERY - 1) {
        planes = planes.map((plane) =>
          gaussianBlur(plane, extent.height, extent.width, options.blur, 'reflect'),
        );
      }
      onProgress?.(scores.length / (octaves * steps));
    }
  }
  const last = { score: await scoreOf(model, inLayout(model, planes), target), planes };
  const image = inLayout(model, better(best, last).planes);
  const middle = inLayout(
    model,
    levels.map((level) => new Float64Array(height * width).fill(level.middle)),
  );
  const [score, startScore] = [await scoreOf(model, image, target), await scoreOf(model, middle, target)];
  return { image, scores, startScore, score, gradients: scores.length };
}

interface Best {
  readonly score: number;
  readonly planes: readonly Float64Array[];
}

const better = (best: Best | undefined, next: Best): Best =>
  best === undefined || next.score >= best.score ? next : best;

interface Levels {
  readonly low: number;
  readonly high: number;
  readonly middle: number;
  readonly range: number;
}

/** Black, white and what lies between, in model units. */
function levelsOf({ range: [black, white], mean, std }: Preprocessing, channel: number): Levels {
  const units = (value: number): number => (value - (mean[channel] ?? mean[0]!)) / (std[channel] ?? std[0]!);
  const [low, high] = [units(Math.min(black, white)), units(Math.max(black, white))];
  return { low, high, middle: (low + high) / 2, range: high - low };
}

/** Never below eight pixels, unless the model itself is smaller. */
function octaveExtent({ height, width }: Extent, octave: number, scale: number): Extent {
  const shrunk = (side: number): number => Math.max(Math.min(8, side), Math.round(side / scale ** octave));
  return { height: shrunk(height), width: shrunk(width) };
}

const resized = (plane: Float64Array, from: Extent, to: Extent): Float64Array =>
  from.height === to.height && from.width === to.width
    ? plane
    : Float64Array.from(resizePlane(new Float32Array(plane), from, to, { kernel: 'linear' }));

const jitterOf = (uniform: number, { jitter }: PrototypeOptions): number =>
  Math.floor(uniform * (2 * jitter + 1)) - jitter;

/** Gradient planes at the octave's own size, their root mean square, and the score. */
async function slopeAt(
  model: Classifier,
  target: number,
  planes: readonly Float64Array[],
  extent: Extent,
  [down, along]: readonly [number, number],
): Promise<{ readonly planes: Float64Array[]; readonly scale: number; readonly score: number }> {
  const { height, width } = geometryOf(model);
  const full = { height, width };
  const shown = planes.map((plane) => moved(resized(plane, extent, full), full, down, along));
  const { data, shape } = inLayout(model, shown);
  const { scores, gradient } = await model.gradient(tensor(data, [1, ...shape]), [target]);
  const back = planesOf(model, gradient.data).map((plane) =>
    resized(moved(plane, full, -down, -along), full, extent),
  );
  const squares = back.reduce((sum, plane) => plane.reduce((total, value) => total + value * value, sum), 0);
  const scale = Math.sqrt(squares / (back.length * back[0]!.length));
  const score = scores.data[target]!;
  if (!Number.isFinite(scale) || !Number.isFinite(score)) {
    throw new PermanentFault(
      'class-prototype: expected a finite gradient from the model, got NaN or infinity',
      {
        code: 'model-not-finite',
      },
    );
  }
  return { planes: back, scale, score };
}

/** One step. */
function ascended(
  plane: Float64Array,
  slope: Float64Array,
  scale: number,
  { low, high, middle, range }: Levels,
  { pace, l2 }: { readonly pace: number; readonly l2: number },
): Float64Array {
  const rate = scale > 0 ? (pace * range) / scale : 0;
  return plane.map((at, p) => Math.min(high, Math.max(low, at + rate * slope[p]! - l2 * (at - middle))));
}

/** Moved cyclically. */
function moved(plane: Float64Array, { height, width }: Extent, down: number, along: number): Float64Array {
  if (down === 0 && along === 0) return plane;
  const out = new Float64Array(plane.length);
  for (let y = 0; y < height; y++) {
    const row = ((((y + down) % height) + height) % height) * width;
    for (let x = 0; x < width; x++)
      out[row + ((((x + along) % width) + width) % width)] = plane[y * width + x]!;
  }
  return out;
}

function inLayout(model: Classifier, planes: readonly Float64Array[]): Tensor32 {
  const { channelStride, pixelStride } = geometryOf(model);
  const data = new Float32Array(planes.length * planes[0]!.length);
  planes.forEach((plane, c) => {
    for (let p = 0; p < plane.length; p++) data[c * channelStride + p * pixelStride] = plane[p]!;
  });
  return tensor(data, [...model.inputShape]);
}

async function scoreOf(model: Classifier, { data, shape }: Tensor32, target: number): Promise<number> {
  return (await model.scores(tensor(data, [1, ...shape]))).data[target]!;
}
