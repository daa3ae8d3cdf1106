/** From a healthy head to the same head with a lesion: logits and probability on the way. */
import { probabilityOf, side } from '../lab.ts';
import { figure, percent } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

const points = 41;

export const blend = (from: Float32Array, to: Float32Array, share: number): Float32Array =>
  from.map((value, i) => value + share * (to[i]! - value));

export const softmax: MakeFrame = async (lab, share) => {
  const [healthy, ill] = await Promise.all([
    lab.subject(heads.plain, 'absent'),
    lab.subject(heads.plain, 'present'),
  ]);
  const at = (t: number) => blend(healthy.gray, ill.gray, t);
  const xs = Array.from({ length: points }, (_, i) => i / (points - 1));
  const scores = await lab.keep('softmax curve', () => lab.scores(xs.map(at)));
  const gray = at(share);
  const now = (await lab.scores([gray]))[0]!;
  const probability = probabilityOf(now);
  const percentage = Math.round(100 * share);
  return {
    panels: [
      {
        kind: 'picture',
        title: 'Image',
        width: side,
        height: side,
        gray,
        outline: ill.mask,
        note: `lesion at ${percentage} %`,
        alt: `The head with its lesion faded in to ${percentage} %.`,
      },
      {
        kind: 'chart',
        title: 'Two logits',
        xLabel: 'how much of the lesion is there',
        yLabel: 'logit',
        series: [
          { name: 'lesion', x: xs, y: scores.map(([, yes]) => yes), look: 'main' },
          { name: 'no lesion', x: xs, y: scores.map(([no]) => no), look: 'second' },
        ],
        cursor: share,
        note: `${figure(now[1])} and ${figure(now[0])}`,
        alt: `The logit of lesion rises from ${figure(scores[0]![1])} to ${figure(scores.at(-1)![1])}; that of no lesion falls.`,
      },
      {
        kind: 'chart',
        title: 'Softmax',
        xLabel: 'how much of the lesion is there',
        yLabel: 'probability',
        series: [{ name: 'lesion', x: xs, y: scores.map(probabilityOf), look: 'main' }],
        yRange: [0, 1],
        cursor: share,
        note: `lesion: ${percent(probability)}`,
        alt: 'The probability of lesion along the way: flat, then a steep step, then flat.',
      },
    ],
    summary: `With ${percentage} % of the lesion the logits are ${figure(now[1])} and ${figure(now[0])}, the probability of a lesion ${percent(probability)}.`,
  };
};
