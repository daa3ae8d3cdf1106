/** Four methods on a model that is made to forget, layer by layer from the top. */
import { probabilityOf } from '../lab.ts';
import { mapPanel, percent } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';
import { similarityTo } from './similarity.ts';

export const randomizedWeights: MakeFrame = async (lab, layers) => {
  const subject = await lab.subject(heads.ring);
  const model = await lab.forgetful(layers);
  const [scores] = await lab.scores([subject.gray], model);
  const shown = [
    ['gradients', 'Gradient', {}],
    ['integrated-gradients', 'Integrated gradients', { steps: 16 }],
    ['grad-cam', 'Grad-CAM', {}],
    ['guided-backprop', 'Guided backpropagation', {}],
  ] as const;
  const panels = [];
  for (const [name, title, options] of shown) {
    const trained = await lab.attribute(name, subject, { options });
    const now = layers === 0 ? trained : await lab.attribute(name, subject, { options, model });
    panels.push(
      mapPanel(title, now, subject, {
        note: `similarity ${similarityTo(trained.values, now.values).toFixed(2)}`,
      }),
    );
    lab.step(panels.length, shown.length);
  }
  return {
    panels,
    summary: `${layers} of 6 layers hold random weights; the model now says lesion with ${percent(probabilityOf(scores!))}.`,
  };
};
