/** LIME and KernelSHAP: segments shown and hidden, more and more of such coalitions, and two seeds compared. */
import { segmentInput } from '../../../../../shared/attribution/segment-coalitions.ts';
import { rankCorrelation } from '../../../../../shared/metrics/agreement.ts';
import { figure, fixed, grayPanel, mapPanel, sumOf } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

const scale = 60;

export const coalitions =
  (name: 'lime' | 'kernel-shap'): MakeFrame =>
  async (lab, samples) => {
    const subject = await lab.subject(heads.bright);
    const { labels, count } = await lab.keep(`segments ${scale}`, async () =>
      segmentInput(lab.model, subject.input, scale),
    );
    const run = (seed: number) => lab.attribute(name, subject, { options: { samples, scale, seed } });
    const [one, other] = [await run(0), await run(1)];
    const title = name === 'lime' ? 'LIME' : 'KernelSHAP';
    const agreement = rankCorrelation(one.values, other.values);
    const sum = sumOf(one.values);
    return {
      panels: [
        grayPanel('Segments', subject.gray, {
          outline: Uint8Array.from(labels, (label) => label % 251),
          note: `${count} segments`,
          alt: `The image cut into ${count} segments.`,
        }),
        mapPanel(title, one, subject),
        mapPanel(`${title}, other draw`, other, subject),
      ],
      summary: `${samples} coalitions of ${count} segments: two draws agree with a rank correlation of ${fixed(agreement)}; the shares sum to ${figure(sum)}.`,
    };
  };
