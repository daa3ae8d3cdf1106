/** Occlusion with windows of every size. */
import { side } from '../lab.ts';
import { grayPanel, mapPanel, percent, shareInside } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

export const occlusionWindow: MakeFrame = async (lab, size) => {
  const subject = await lab.subject(heads.plain);
  const map = await lab.attribute('occlusion', subject, { options: { size, stride: 6, value: 'black' } });
  const [left, top] = centerOf(subject.mask).map((place) =>
    Math.max(0, Math.min(side - size, Math.round(place - size / 2))),
  ) as [number, number];
  const covered = subject.gray.slice();
  for (let y = top; y < top + size; y++) covered.fill(0, y * side + left, y * side + left + size);
  const [scores] = await lab.scores([covered]);
  const change = scores![1] - subject.scores[1];
  const inside = percent(shareInside(map.values, subject.mask));
  return {
    panels: [
      grayPanel('One window', covered, {
        note: `logit ${change < 0 ? 'falls' : 'rises'} by ${Math.abs(change).toFixed(1)}`,
        alt: `The image with a window of ${size} by ${size} pixels covered; the logit changes by ${change.toFixed(1)}.`,
      }),
      mapPanel('Drop, summed over windows', map, subject),
      grayPanel('Image', subject.gray, {
        outline: subject.mask,
        note: `${map.forwards} predictions`,
        alt: 'The image with its lesion outlined.',
      }),
    ],
    summary: `Windows of ${size} × ${size} pixels, ${map.forwards} predictions: ${inside} of the map lies in the lesion.`,
  };
};

/** Mean column and row of the lesion. */
function centerOf(mask: Uint8Array): [number, number] {
  let [x, y, count] = [0, 0, 0];
  mask.forEach((value, i) => {
    if (value === 0) return;
    x += i % side;
    y += Math.floor(i / side);
    count++;
  });
  return [x / count, y / count];
}
