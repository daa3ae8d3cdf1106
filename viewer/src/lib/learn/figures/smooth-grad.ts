/** SmoothGrad: noise and what averaging makes of it. */
import { normals } from '../../../../../shared/attribution/noise/normal.ts';
import { xoshiro } from '../../../../../shared/attribution/noise/xoshiro.ts';
import { lesionClass } from '../lab.ts';
import { grayPanel, mapPanel, percent, shareInside } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

const samples = 25;

export const smoothGrad: MakeFrame = async (lab, spread) => {
  const subject = await lab.subject(heads.bright);
  const draw = normals(xoshiro(0));
  const range = Math.max(...subject.gray) - Math.min(...subject.gray);
  const noisy = subject.gray.map((value) => value + spread * range * draw());
  const [one] = await lab.gradients([noisy], lesionClass);
  const mean = await lab.attribute('smoothgrad', subject, { options: { samples, spread } });
  const { signed, unit } = mean;
  const inside = percent(shareInside(mean.values, subject.mask));
  return {
    panels: [
      grayPanel('One noisy copy', noisy, {
        outline: subject.mask,
        note: `noise ${Math.round(100 * spread)} %`,
        alt: `The image with noise of ${Math.round(100 * spread)} % of its range.`,
      }),
      mapPanel('Its gradient', { values: one!, signed, unit }, subject),
      mapPanel(`Mean of ${samples}`, mean, subject),
    ],
    summary: `With ${Math.round(100 * spread)} % noise, ${inside} of the mean gradient's magnitude lies in the lesion.`,
  };
};
