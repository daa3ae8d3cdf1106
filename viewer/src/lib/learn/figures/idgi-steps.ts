/** IDGI beside integrated gradients, both with the same number of steps. */
import { mapPanel, percent, shareInside, subjectPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

export const idgiSteps: MakeFrame = async (lab, steps) => {
  const subject = await lab.subject(heads.bright);
  const ig = await lab.attribute('integrated-gradients', subject, {
    options: { steps, quadrature: 'reference' },
  });
  const idgi = await lab.attribute('idgi', subject, { options: { steps } });
  const inside = ({ values }: typeof ig) => percent(shareInside(values, subject.mask));
  return {
    panels: [
      subjectPanel(subject),
      mapPanel('Integrated gradients', ig, subject),
      mapPanel('IDGI', idgi, subject),
    ],
    summary: `${steps} ${steps === 1 ? 'step' : 'steps'}: ${inside(ig)} of IG and ${inside(idgi)} of IDGI lie in the lesion.`,
  };
};
