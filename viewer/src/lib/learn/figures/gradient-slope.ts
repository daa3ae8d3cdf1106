/** A gradient is a promise about a small step: the step taken, and what the score really does. */

import { type Lab, lesionClass } from '../lab.ts';
import { figure, grayPanel, mapPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

/** Of the gray scale: five levels of 255. */
const reach = 0.02;
const points = 41;

export const gradientSlope: MakeFrame = async (lab, step) => {
  const subject = await lab.subject(heads.bright);
  const map = await lab.attribute('gradients', subject);
  const { direction, slope, xs, ys } = await lab.keep('gradient slope', () => alongGradient(lab));
  const moved = subject.gray.map((value, i) => value + step * direction[i]!);
  const [scores] = await lab.scores([moved]);
  const score = scores![lesionClass];
  const levels = xs.map((x) => 255 * x);
  const promised = subject.scores[lesionClass] + step * slope;
  return {
    panels: [
      mapPanel('Gradient', map, subject),
      grayPanel('Image, moved along it', moved, {
        outline: subject.mask,
        note: `${(255 * Math.abs(step)).toFixed(1)} of 255 gray levels`,
        alt: `The image with every pixel moved by ${figure(step)} in the direction of its gradient's sign.`,
      }),
      {
        kind: 'chart',
        title: 'Promise and truth',
        xLabel: 'step, gray levels',
        yLabel: 'logit of lesion',
        series: [
          { name: 'true score', x: levels, y: ys, look: 'main' },
          {
            name: 'gradient’s promise',
            x: levels,
            y: xs.map((x) => subject.scores[1] + x * slope),
            look: 'dashed',
          },
        ],
        cursor: 255 * step,
        note: `${figure(promised)} promised, ${figure(score)} true`,
        alt: 'The true score follows the straight line of the gradient for small steps and leaves it for larger ones.',
      },
    ],
    summary: `A step of ${figure(255 * step)} gray levels: the gradient promises a logit of ${figure(promised)}, the model gives ${figure(score)}.`,
  };
};

/** Every pixel moves by the same amount, in the direction of its gradient's sign. */
async function alongGradient(lab: Lab) {
  const subject = await lab.subject(heads.bright);
  const { values } = await lab.attribute('gradients', subject);
  const direction = values.map(Math.sign);
  const slope = values.reduce((sum, value) => sum + Math.abs(value), 0);
  const xs = Array.from({ length: points }, (_, i) => (2 * i * reach) / (points - 1) - reach);
  const scores = await lab.scores(xs.map((x) => subject.gray.map((value, i) => value + x * direction[i]!)));
  return { direction, slope, xs, ys: scores.map((both) => both[lesionClass]) };
}
