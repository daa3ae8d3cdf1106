/** Maps that know nothing of the model, measured like the others. */
import { xoshiro } from '../../../../../shared/attribution/noise/xoshiro.ts';
import { controlMaps } from '../../../../../shared/metrics/control-maps.ts';
import { type FoundMap, type Lab, side } from '../lab.ts';
import { figure, mapPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';
import { curvesOf } from './insertion.ts';

const titles = [
  'Integrated gradients',
  'Grad-CAM',
  'Guided backpropagation',
  'Edges alone',
  'Random',
] as const;

export const controls: MakeFrame = async (lab, choice) => {
  const subject = await lab.subject(heads.bright);
  const all = await lab.keep('controls', () => everyMap(lab));
  const curves = [];
  for (const [i, { values }] of all.entries()) {
    curves.push(await curvesOf(lab, i === 0 ? 'ig' : titles[i]!, values));
    lab.step(i + 1, all.length);
  }
  const chosen = choice - 1;
  const { insertionArea, deletionArea } = curves[chosen]!;
  const title = titles[chosen]!;
  const percents = (x: Float64Array) => [...x].map((share) => 100 * share);
  return {
    panels: [
      mapPanel(title, all[chosen]!, subject),
      {
        kind: 'chart',
        title: 'Insertion',
        xLabel: '% of pixels shown',
        yLabel: 'probability of a lesion',
        yRange: [0, 1],
        series: curves.map(({ insertion }, i) => ({
          name: i === chosen ? title : '',
          x: percents(insertion.x),
          y: [...insertion.y],
          look: i === chosen ? ('main' as const) : ('faint' as const),
        })),
        note: `area ${figure(insertionArea)}`,
        alt: `Insertion areas: ${curves.map((curve, i) => `${titles[i]} ${figure(curve.insertionArea)}`).join(', ')}.`,
      },
      {
        kind: 'bars',
        title: 'Insertion − deletion',
        bars: curves.map((curve, i) => ({
          label: titles[i]!,
          value: curve.insertionArea - curve.deletionArea,
          faint: i !== chosen,
        })),
        unit: 'area',
        alt: `Insertion minus deletion: ${curves.map((curve, i) => `${titles[i]} ${figure(curve.insertionArea - curve.deletionArea)}`).join(', ')}.`,
      },
    ],
    summary: `${title}: insertion ${figure(insertionArea)}, deletion ${figure(deletionArea)}, difference ${figure(insertionArea - deletionArea)}.`,
  };
};

async function everyMap(lab: Lab): Promise<Pick<FoundMap, 'values' | 'signed' | 'unit'>[]> {
  const subject = await lab.subject(heads.bright);
  const path = await lab.attribute('integrated-gradients', subject, { options: { steps: 24 } });
  const cam = await lab.attribute('grad-cam', subject);
  const guided = await lab.attribute('guided-backprop', subject);
  const { random, edges } = controlMaps([subject.gray], { height: side, width: side }, xoshiro(0));
  const plain = (values: Float64Array) => ({
    values: Float32Array.from(values),
    signed: false,
    unit: 'none',
  });
  return [path, cam, guided, plain(edges), plain(random)];
}
