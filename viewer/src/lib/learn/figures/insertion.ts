/** Insertion and deletion: pixels shown and hidden in the order of a map. */

import { insertionDeletion } from '../../../../../shared/metrics/insertion-deletion.ts';
import { descendingOrder } from '../../../../../shared/metrics/ranks.ts';
import { tensor } from '../../../../../shared/tensor/tensor.ts';
import { type Lab, lesionClass, pixels, side } from '../lab.ts';
import { figure, grayPanel, percent } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

/** Curves of one map: the probability of a lesion as its pixels are shown or hidden. */
export async function curvesOf(lab: Lab, name: string, map: ArrayLike<number>) {
  return lab.keep(`curves ${name}`, async () => {
    const { input } = await lab.subject(heads.bright);
    const empty = tensor(new Float32Array(pixels), [1, side, side]);
    const probability = (outputs: ArrayLike<number>) => 1 / (1 + Math.exp(outputs[0]! - outputs[1]!));
    const options = { empty, steps: 32, score: probability };
    return insertionDeletion(lab.model, input, map, { ...lab.watch, target: lesionClass }, options);
  });
}

export const insertion: MakeFrame = async (lab, share) => {
  const subject = await lab.subject(heads.bright);
  const { values } = await lab.attribute('integrated-gradients', subject, { options: { steps: 24 } });
  const curves = await curvesOf(lab, 'ig', values);
  const count = Math.round((share / 100) * pixels);
  const first = descendingOrder(values).subarray(0, count);
  const inserted = new Float32Array(pixels);
  const deleted = subject.gray.slice();
  for (const pixel of first) {
    inserted[pixel] = subject.gray[pixel]!;
    deleted[pixel] = 0;
  }
  const [shown, hidden] = await lab.scores([inserted, deleted]);
  const of = ([no, yes]: readonly [number, number]) => 1 / (1 + Math.exp(no - yes));
  return {
    panels: [
      grayPanel('Shown: the strongest', inserted, {
        outline: subject.mask,
        note: `lesion: ${percent(of(shown!))}`,
        alt: `Only the strongest ${share} % of the pixels are shown; the model says lesion with ${percent(of(shown!))}.`,
      }),
      grayPanel('Hidden: the strongest', deleted, {
        outline: subject.mask,
        note: `lesion: ${percent(of(hidden!))}`,
        alt: `The strongest ${share} % of the pixels are hidden; the model says lesion with ${percent(of(hidden!))}.`,
      }),
      {
        kind: 'chart',
        title: 'Probability of a lesion',
        xLabel: '% of pixels',
        yLabel: 'probability',
        yRange: [0, 1],
        series: [
          {
            name: 'insertion',
            x: [...curves.insertion.x].map((x) => 100 * x),
            y: [...curves.insertion.y],
            look: 'main',
          },
          {
            name: 'deletion',
            x: [...curves.deletion.x].map((x) => 100 * x),
            y: [...curves.deletion.y],
            look: 'second',
          },
        ],
        cursor: share,
        note: `areas ${figure(curves.insertionArea)} and ${figure(curves.deletionArea)}`,
        alt: `Insertion has an area of ${figure(curves.insertionArea)}, deletion of ${figure(curves.deletionArea)}.`,
      },
    ],
    summary: `The strongest ${share} % of pixels: shown alone they give ${percent(of(shown!))} for lesion, without them it is ${percent(of(hidden!))}.`,
  };
};
