/** Input × gradient from baselines of every gray level. */

import { pixels } from '../lab.ts';
import { grayPanel, mapPanel, percent, shareInside } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

export const inputTimesGradient: MakeFrame = async (lab, level) => {
  const subject = await lab.subject(heads.bright);
  const gradient = await lab.attribute('gradients', subject);
  const product = await lab.attribute('input-x-gradient', subject, { options: { baseline: level } });
  const difference = subject.gray.map((value) => value - level);
  const inside = percent(shareInside(product.values, subject.mask));
  return {
    panels: [
      grayPanel('Image minus baseline', new Float32Array(pixels), {
        gray: null,
        map: { values: difference, signed: true, limit: 1, unit: 'gray' },
        note: `baseline ${level.toFixed(2)}`,
        alt: `Image minus the gray level ${level.toFixed(2)}: orange where the image is brighter, purple where it is darker.`,
      }),
      mapPanel('Gradient', gradient, subject),
      mapPanel('Their product', product, subject),
    ],
    summary: `From a baseline of ${level.toFixed(2)} (0 black, 1 white), ${inside} of the product's magnitude lies in the lesion.`,
  };
};
