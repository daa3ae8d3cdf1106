/** RISE: more masks, less of the masks in the map. */

import { rankCorrelation } from '../../../../../shared/metrics/agreement.ts';
import { lesionClass } from '../lab.ts';
import { fixed, grayPanel, mapPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

export const riseMasks: MakeFrame = async (lab, samples) => {
  const subject = await lab.subject(heads.bright);
  const run = (seed: number) =>
    lab.attribute('rise', subject, { target: lesionClass, options: { samples, grid: 8, seed } });
  const [one, other] = [await run(0), await run(1)];
  const agreement = rankCorrelation(one.values, other.values);
  return {
    panels: [
      grayPanel('Image', subject.gray, {
        outline: subject.mask,
        note: `${samples} masks`,
        alt: 'The image with its lesion outlined.',
      }),
      mapPanel('RISE', one, subject),
      mapPanel('RISE, other masks', other, subject),
    ],
    summary: `${samples} random masks: two runs agree with a rank correlation of ${fixed(agreement)}.`,
  };
};
