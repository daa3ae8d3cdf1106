/** The randomization check in numbers: similarity to the map of the trained model, layer by layer. */
import { xoshiro } from '../../../../../shared/attribution/noise/xoshiro.ts';
import { movedCopies } from '../../../../../shared/metrics/moved-copies.ts';
import { randomizationCheck } from '../../../../../shared/metrics/randomization-check.ts';
import { type Lab, side } from '../lab.ts';
import { fixed, mapPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

const layers = [1, 2, 3, 4, 5, 6];
const pairs = 40;
const shown = [
  ['gradients', 'Gradient', 'main'],
  ['grad-cam', 'Grad-CAM', 'third'],
  ['guided-backprop', 'Guided backpropagation', 'second'],
] as const;

export const sanityCheck: MakeFrame = async (lab, count) => {
  const subject = await lab.subject(heads.ring);
  const checks = await lab.keep('sanity', () => everyCheck(lab));
  const model = await lab.forgetful(count);
  const panels = [];
  for (const [name, title] of [shown[0], shown[2]]) {
    const map = await lab.attribute(name, subject, { model });
    const { stages } = checks.get(name)!;
    const similarity = count === 0 ? 1 : stages[count - 1]!.similarity;
    panels.push(mapPanel(title, map, subject, { note: `similarity ${fixed(similarity)}` }));
  }
  const verdicts = shown
    .map(([name, title]) => {
      const { stages, control, passed } = checks.get(name)!;
      return `${title} ${fixed(stages.at(-1)!.similarity)} against ${fixed(control.threshold)}, ${passed ? 'passed' : 'failed'}`;
    })
    .join('; ');
  return {
    panels: [
      ...panels,
      {
        kind: 'chart',
        title: 'Similarity to the trained map',
        xLabel: 'random layers, from the top',
        yLabel: 'structural similarity',
        yRange: [0, 1],
        series: shown.map(([name, title, look]) => ({
          name: title,
          x: [0, ...layers],
          y: [1, ...checks.get(name)!.stages.map(({ similarity }) => similarity)],
          look,
        })),
        cursor: count,
        alt: `Similarity by number of random layers. With all six random: ${verdicts}.`,
      },
    ],
    summary: `${count} random layers. With all six: ${verdicts}.`,
  };
};

async function everyCheck(lab: Lab) {
  const subject = await lab.subject(heads.ring);
  const extent = { height: side, width: side };
  const checks = new Map<string, ReturnType<typeof randomizationCheck>>();
  for (const [done, [name]] of shown.entries()) {
    const trained = await lab.attribute(name, subject);
    const randomized = [];
    for (const count of layers) {
      const model = await lab.forgetful(count);
      randomized.push({ layers: count, map: (await lab.attribute(name, subject, { model })).values });
      lab.step(done * layers.length + count, shown.length * layers.length);
    }
    const moved = movedCopies(randomized.at(-1)!.map, extent, xoshiro(0), pairs);
    checks.set(name, randomizationCheck(trained.values, randomized, moved, extent));
  }
  return checks;
}
