/** XRAI: the image as segments, and the best of them first. */
import { segmentInput } from '../../../../../shared/attribution/segment-coalitions.ts';
import { pixels } from '../lab.ts';
import { grayPanel, mapPanel, percent } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

export const xraiRegions: MakeFrame = async (lab, share) => {
  const subject = await lab.subject(heads.bright);
  const map = await lab.attribute('xrai', subject, { options: { of: 'integrated-gradients', steps: 24 } });
  const { labels, count } = await lab.keep('segments', async () =>
    segmentInput(lab.model, subject.input, 100),
  );
  const sorted = map.values.toSorted((a, b) => b - a);
  const threshold = sorted[Math.max(0, Math.ceil((share / 100) * pixels) - 1)]!;
  const kept = map.values.map((value) => (value >= threshold ? 1 : 0));
  const found = subject.mask.reduce((sum, value, i) => sum + (value && kept[i] ? 1 : 0), 0);
  const lesion = subject.mask.reduce((sum, value) => sum + (value ? 1 : 0), 0);
  const shown = subject.gray.map((value, i) => (kept[i] ? value : 0.12 * value));
  return {
    panels: [
      grayPanel('Segments', subject.gray, {
        outline: Uint8Array.from(labels, (label) => label % 251),
        note: `${count} at this scale`,
        alt: `The image cut into ${count} segments along its edges.`,
      }),
      mapPanel('XRAI', map, subject, { layer: { signed: true } }),
      grayPanel(`Best ${share} %`, shown, {
        outline: subject.mask,
        note: `holds ${percent(found / lesion)} of the lesion`,
        alt: `Only the regions that rank in the best ${share} % of the area are bright; they hold ${percent(found / lesion)} of the lesion.`,
      }),
    ],
    summary: `The best regions up to ${share} % of the area hold ${percent(found / lesion)} of the lesion.`,
  };
};
