/** The same dark lesion from baselines of every gray level. */
import { grayPanel, mapPanel, percent, shareInside } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

const levels = Array.from({ length: 11 }, (_, i) => i / 10);

export const darkLesion: MakeFrame = async (lab, level) => {
  const subject = await lab.subject(heads.dark);
  const at = (baseline: number) =>
    lab.attribute('integrated-gradients', subject, { options: { steps: 16, baseline } });
  const now = await at(level);
  const shares: number[] = [];
  for (const [done, baseline] of levels.entries()) {
    shares.push(shareInside((await at(baseline)).values, subject.mask));
    lab.step(done + 1, levels.length);
  }
  const inside = percent(shareInside(now.values, subject.mask));
  return {
    panels: [
      grayPanel('Image', subject.gray, {
        outline: subject.mask,
        note: `lesion: ${percent(subject.probability)}`,
        alt: `A head with a dark lesion, outlined; the model says lesion with ${percent(subject.probability)}.`,
      }),
      mapPanel('Integrated gradients', now, subject),
      {
        kind: 'chart',
        title: 'Share in the lesion',
        xLabel: 'baseline, 0 black … 1 white',
        yLabel: 'share of the map',
        series: [{ name: 'share', x: levels, y: shares, look: 'main' }],
        cursor: level,
        note: inside,
        alt: `The share of the map inside the lesion by baseline: ${shares.map(percent).join(', ')}.`,
      },
    ],
    summary: `From a baseline of ${level.toFixed(1)}, ${inside} of the map lies in the dark lesion.`,
  };
};
