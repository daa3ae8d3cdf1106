/** Right and wrong answers, each with the map that explains it. */
import { probabilityOf } from '../lab.ts';
import { mapPanel, percent, subjectPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads, missed } from './heads.ts';

const shown = [heads.bright, missed[0], heads.ring, missed[1], heads.dark, missed[2]];

export const wrongAnswers: MakeFrame = async (lab, picture) => {
  const subject = await lab.subject(shown[picture - 1]!);
  const answer = subject.scores[1] > subject.scores[0] ? 1 : 0;
  const certainty = percent(answer === 1 ? subject.probability : 1 - probabilityOf(subject.scores));
  const cam = await lab.attribute('grad-cam', subject, { target: answer });
  const path = await lab.attribute('integrated-gradients', subject, {
    target: answer,
    options: { steps: 24 },
  });
  const said = answer === 1 ? 'lesion' : 'no lesion';
  return {
    panels: [
      { ...subjectPanel(subject), note: `says ${said}, ${certainty}` },
      mapPanel(`Grad-CAM, ${said}`, cam, subject),
      mapPanel(`IG, ${said}`, path, subject),
    ],
    summary: `Image ${picture}: the model says ${said} with ${certainty}, which is ${answer === 1 ? 'right' : 'wrong'}.`,
  };
};
