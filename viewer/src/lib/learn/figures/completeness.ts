/** The completeness gap of five path methods with the same number of gradients. */
import { mapPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

const shown = [
  ['integrated-gradients', 'Integrated gradients', {}],
  ['guided-ig', 'Guided IG', {}],
  ['blur-ig', 'Blur IG', { maxSigma: 12 }],
  ['idgi', 'IDGI', {}],
] as const;

export const completeness: MakeFrame = async (lab, steps) => {
  const subject = await lab.subject(heads.ring);
  const found = [];
  for (const [name, title, options] of shown) {
    const map = await lab.attribute(name, subject, { options: { ...options, steps } });
    const { gap, expected } = map.completeness!;
    found.push({ title, map, share: (100 * gap) / Math.abs(expected) });
    lab.step(found.length, shown.length);
  }
  const percents = found.map(({ title, share }) => `${title} ${share.toFixed(1)} %`).join(', ');
  return {
    panels: [
      mapPanel('Guided IG', found[1]!.map, subject, { note: `gap ${found[1]!.share.toFixed(1)} %` }),
      mapPanel('Blur IG', found[2]!.map, subject, { note: `gap ${found[2]!.share.toFixed(1)} %` }),
      {
        kind: 'bars',
        title: 'Completeness gap',
        bars: found.map(({ title, share }) => ({ label: title, value: share })),
        limit: Math.max(100, ...found.map(({ share }) => share)),
        unit: '% of the difference',
        alt: `Completeness gaps: ${percents}.`,
      },
    ],
    summary: `${steps} gradients each. Gaps: ${percents}.`,
  };
};
