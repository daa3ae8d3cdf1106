/** The randomization check in numbers: similarity to the map of the trained model, layer by layer. */

import type { Lab } from '../lab.ts';
import { mapPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';
import { similarityTo } from './similarity.ts';

const layers = [0, 1, 2, 3, 4, 5, 6];
const shown = [
  ['gradients', 'gradient', 'main'],
  ['grad-cam', 'Grad-CAM', 'third'],
  ['guided-backprop', 'guided backprop', 'second'],
] as const;

export const sanityCheck: MakeFrame = async (lab, count) => {
  const subject = await lab.subject(heads.ring);
  const { curves, threshold } = await lab.keep('sanity', () => measure(lab));
  const model = await lab.forgetful(count);
  const guided = await lab.attribute('guided-backprop', subject, { model });
  const gradient = await lab.attribute('gradients', subject, { model });
  const at = (name: string) => curves.get(name)![count]!.toFixed(2);
  const verdict = (name: string) => (curves.get(name)![6]! < threshold ? 'passes' : 'fails');
  return {
    panels: [
      mapPanel('Gradient', gradient, subject, { note: `similarity ${at('gradients')}` }),
      mapPanel('Guided backpropagation', guided, subject, { note: `similarity ${at('guided-backprop')}` }),
      {
        kind: 'chart',
        title: 'Similarity to the trained map',
        xLabel: 'random layers, from the top',
        yLabel: 'structural similarity',
        yRange: [0, 1],
        series: [
          ...shown.map(([name, title, look]) => ({ name: title, x: layers, y: curves.get(name)!, look })),
          { name: 'unrelated images', x: [0, 6], y: [threshold, threshold], look: 'dashed' as const },
        ],
        cursor: count,
        alt: `With all six layers random the similarity is ${shown.map(([name, title]) => `${curves.get(name)![6]!.toFixed(2)} for ${title}`).join(', ')}; maps of unrelated images reach ${threshold.toFixed(2)}.`,
      },
    ],
    summary: `${count} random layers. With all six random, against the threshold of ${threshold.toFixed(2)}: ${shown.map(([name, title]) => `${title} ${verdict(name)}`).join(', ')}.`,
  };
};

async function measure(lab: Lab) {
  const subject = await lab.subject(heads.ring);
  const curves = new Map<string, number[]>(shown.map(([name]) => [name, []]));
  for (const count of layers) {
    const model = await lab.forgetful(count);
    for (const [name] of shown) {
      const trained = await lab.attribute(name, subject);
      const now = count === 0 ? trained : await lab.attribute(name, subject, { model });
      curves.get(name)!.push(similarityTo(trained.values, now.values));
    }
    lab.step(count + 1, layers.length);
  }
  // Gradients of different heads: what maps share that have nothing to do with each other.
  const others = [heads.bright, heads.dark, heads.plain];
  let sum = 0;
  for (const seed of others) {
    const other = await lab.attribute('gradients', await lab.subject(seed));
    const own = await lab.attribute('gradients', subject);

    sum += similarityTo(own.values, other.values);
  }
  return { curves, threshold: sum / others.length };
}
