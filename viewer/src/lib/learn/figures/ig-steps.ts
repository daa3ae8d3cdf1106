/** How many steps integrated gradients need, by two rules of summing. */
import type { Lab } from '../lab.ts';
import { figure, mapPanel, subjectPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

export const stepCounts = [1, 2, 4, 8, 16, 32, 64] as const;
const rules = ['reference', 'gauss-legendre'] as const;

const attribute = async (lab: Lab, quadrature: (typeof rules)[number], steps: number) =>
  lab.attribute('integrated-gradients', await lab.subject(heads.ring), { options: { steps, quadrature } });

export const igSteps: MakeFrame = async (lab, steps) => {
  const subject = await lab.subject(heads.ring);
  const now = {
    reference: await attribute(lab, 'reference', steps),
    legendre: await attribute(lab, 'gauss-legendre', steps),
  };
  const gaps: Record<string, number[]> = { reference: [], 'gauss-legendre': [] };
  for (const [done, count] of stepCounts.entries()) {
    for (const rule of rules) {
      const { gap, expected } = (await attribute(lab, rule, count)).completeness!;
      gaps[rule]!.push((100 * gap) / Math.abs(expected));
    }
    lab.step(done + 1, stepCounts.length);
  }
  const gapOf = ({ completeness }: typeof now.reference) =>
    `${figure((100 * completeness!.gap) / Math.abs(completeness!.expected))} %`;
  return {
    panels: [
      subjectPanel(subject),
      mapPanel('Even steps', now.reference, subject, { note: `gap ${gapOf(now.reference)}` }),
      mapPanel('Gauss–Legendre', now.legendre, subject, { note: `gap ${gapOf(now.legendre)}` }),
      {
        kind: 'chart',
        title: 'Completeness gap',
        xLabel: 'steps',
        yLabel: '% of the difference',
        xLog: true,
        series: [
          { name: 'even steps', x: [...stepCounts], y: gaps.reference!, look: 'second' },
          { name: 'Gauss–Legendre', x: [...stepCounts], y: gaps['gauss-legendre']!, look: 'main' },
        ],
        cursor: steps,
        alt: `The gap falls with the number of steps; at ${steps} it is ${gapOf(now.reference)} with even steps and ${gapOf(now.legendre)} with Gauss–Legendre nodes.`,
      },
    ],
    summary: `${steps} ${steps === 1 ? 'step' : 'steps'}: the shares miss the score difference by ${gapOf(now.reference)} with even steps, by ${gapOf(now.legendre)} with Gauss–Legendre nodes.`,
  };
};
