/** Class prototypes: images that the model itself draws, by climbing its score. */
import { gaussianBlur } from '../../../../../shared/imaging/gaussian.ts';
import { type Lab, pixels, side } from '../lab.ts';
import { figure, grayPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';

const total = 96;
const every = 4;
const classes = ['no lesion', 'lesion'] as const;

export const classPrototype: MakeFrame = async (lab, steps) => {
  const climbs = await lab.keep('prototypes', async () => [await climb(lab, 0), await climb(lab, 1)]);
  const place = steps / every;
  const panels = classes.map((name, target) => {
    const { image, score } = climbs[target]![place]!;
    return grayPanel(`Prototype: ${name}`, image, {
      note: `logit ${figure(score)}`,
      alt: `The image that the model was asked to draw for ${name}, after ${steps} steps; its logit is ${figure(score)}.`,
    });
  });
  const xs = climbs[0]!.map((_, i) => i * every);
  return {
    panels: [
      ...panels,
      {
        kind: 'chart',
        title: 'The climb',
        xLabel: 'steps',
        yLabel: 'logit of the class',
        series: classes.map((name, target) => ({
          name,
          x: xs,
          y: climbs[target]!.map(({ score }) => score),
          look: target === 1 ? ('main' as const) : ('second' as const),
        })),
        cursor: steps,
        alt: 'The logit of each class rises with the steps of the climb.',
      },
    ],
    summary: `After ${steps} steps the logits are ${climbs.map((climbed, i) => `${figure(climbed[place]!.score)} for ${classes[i]}`).join(' and ')}.`,
  };
};

/** Regularized ascent: a step along the gradient, blurred a little, decayed toward gray, kept within 0 … 1. */
async function climb(lab: Lab, target: 0 | 1) {
  const middle = 0.25;
  let image = new Float32Array(pixels).fill(middle);
  const places: { image: Float32Array; score: number }[] = [];
  for (let step = 0; step <= total; step++) {
    if (step % every === 0) places.push({ image, score: (await lab.scores([image]))[0]![target] });
    const [gradient] = await lab.gradients([image], target);
    const norm = Math.hypot(...blockNorms(gradient!)) || 1;
    const rate = (3 * side) / 64 / norm;
    const moved = Float64Array.from(
      image,
      (value, i) => value + rate * gradient![i]! - 0.01 * (value - middle),
    );
    const smooth = gaussianBlur(moved, side, side, 0.6, 'reflect');
    image = Float32Array.from(smooth, (value) => Math.min(1, Math.max(0, value)));
    lab.step(target * total + step, 2 * total);
  }
  return places;
}

/** Norm of every row: their hypotenuse is that of the whole. */
const blockNorms = (values: Float32Array): number[] =>
  Array.from({ length: side }, (_, row) => {
    let sum = 0;
    for (let i = row * side; i < (row + 1) * side; i++) sum += values[i]! ** 2;
    return Math.sqrt(sum);
  });
