/** The same numbers in different colors. */
import { grayPanel, mapPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

export const colorNames = ['inferno', 'viridis', 'cividis', 'gray', 'rainbow'] as const;

export const colorMaps: MakeFrame = async (lab, choice) => {
  const subject = await lab.subject(heads.ring);
  const map = await lab.attribute('grad-cam', subject);
  const colors = colorNames[choice - 1]!;
  const ramp = Float32Array.from({ length: 128 * 128 }, (_, i) => (i % 128) / 127);
  return {
    panels: [
      grayPanel('A steady rise', ramp, {
        gray: null,
        map: { values: ramp, signed: false, limit: 1, unit: 'value', colors },
        note: 'left 0, right 1',
        alt: `Values that rise evenly from left to right in the color map ${colors}.`,
      }),
      mapPanel('The map', map, subject, { layer: { colors }, gray: null }),
      mapPanel('Over the image', map, subject, { layer: { colors } }),
    ],
    summary: `Color map: ${colors}. The numbers are the same in every position of the slider.`,
  };
};
