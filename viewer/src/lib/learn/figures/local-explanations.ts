/** One head after another, each with its own explanation. */
import { mapPanel, percent, subjectPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';

export const localExplanations: MakeFrame = async (lab, head) => {
  const subject = await lab.subject(900_000 + head);
  const cam = await lab.attribute('grad-cam', subject);
  const path = await lab.attribute('integrated-gradients', subject, { options: { steps: 24 } });
  return {
    panels: [
      subjectPanel(subject),
      mapPanel('Grad-CAM', cam, subject),
      mapPanel('Integrated gradients', path, subject),
    ],
    summary: `Head ${head + 1}, a ${subject.pattern} lesion: the model says lesion with ${percent(subject.probability)}.`,
  };
};
