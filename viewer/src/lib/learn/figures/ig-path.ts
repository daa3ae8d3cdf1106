/** Integrated gradients, walked along: the point on the path, its gradient, and what has been collected. */
import { type Lab, lesionClass, pixels } from '../lab.ts';
import { figure, grayPanel, mapPanel, sumOf } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

const steps = 48;

export const igPath: MakeFrame = async (lab, position) => {
  const subject = await lab.subject(heads.bright);
  const { gradients, scores, sums } = await lab.keep('ig path', () => walk(lab));
  const step = Math.round(position * steps);
  const collected = new Float32Array(pixels);
  for (let k = 0; k < step; k++) {
    for (let i = 0; i < pixels; i++) collected[i]! += (subject.gray[i]! * gradients[k]![i]!) / steps;
  }
  const here = gradients[Math.min(steps - 1, step)]!;
  const rise = scores[step]! - scores[0]!;
  const sum = sums[step]!;
  const xs = scores.map((_, k) => k / steps);
  return {
    panels: [
      grayPanel(
        'Point on the path',
        subject.gray.map((value) => position * value),
        {
          outline: subject.mask,
          note: `α = ${position.toFixed(2)}`,
          alt: `The image at ${Math.round(100 * position)} % of its brightness, on the way from black.`,
        },
      ),
      mapPanel('Gradient there', { values: here, signed: true, unit: 'score per gray' }, subject),
      mapPanel('Collected so far', { values: collected, signed: true, unit: 'score' }, subject, {
        note: `sum ${figure(sum)}`,
      }),
      {
        kind: 'chart',
        title: 'Score and sum',
        xLabel: 'α',
        yLabel: 'logit, from black',
        series: [
          { name: 'score', x: xs, y: scores.map((score) => score - scores[0]!), look: 'main' },
          { name: 'sum of the map', x: xs, y: sums, look: 'dashed' },
        ],
        cursor: position,
        note: `${figure(rise)} and ${figure(sum)}`,
        alt: 'The score along the path and the sum of what has been collected lie on one another.',
      },
    ],
    summary: `At ${Math.round(100 * position)} % of the way the score has moved by ${figure(rise)} and the map sums to ${figure(sum)}.`,
  };
};

/** Gradients at the middle of each step, scores at its ends, and running sums. */
async function walk(lab: Lab) {
  const { gray } = await lab.subject(heads.bright);
  const at = (alpha: number) => gray.map((value) => alpha * value);
  const scored = await lab.scores(Array.from({ length: steps + 1 }, (_, k) => at(k / steps)));
  const gradients: Float32Array[] = [];
  const sums = [0];
  for (let k = 0; k < steps; k++) {
    const [gradient] = await lab.gradients([at((k + 0.5) / steps)]);
    gradients.push(gradient!);
    sums.push(sums.at(-1)! + sumOf(gradient!.map((value, i) => (value * gray[i]!) / steps)));
    lab.step(k + 1, steps);
  }
  return { gradients, sums, scores: scored.map((both) => both[lesionClass]) };
}
