/** Guided backpropagation of a model that is made to forget, beside the plain gradient. */
import { probabilityOf } from '../lab.ts';
import { mapPanel, percent, subjectPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';
import { similarityTo } from './similarity.ts';

export const guidedBackprop: MakeFrame = async (lab, layers) => {
  const subject = await lab.subject(heads.bright);
  const model = await lab.forgetful(layers);
  const [scores] = await lab.scores([subject.gray], model);
  const compare = async (name: string) => {
    const trained = await lab.attribute(name, subject);
    const now = await lab.attribute(name, subject, { model });
    return { now, similarity: similarityTo(trained.values, now.values).toFixed(2) };
  };
  const guided = await compare('guided-backprop');
  const gradient = await compare('gradients');
  return {
    panels: [
      { ...subjectPanel(subject), note: `lesion: ${percent(probabilityOf(scores!))}` },
      mapPanel('Guided backpropagation', guided.now, subject, { note: `similarity ${guided.similarity}` }),
      mapPanel('Gradient', gradient.now, subject, { note: `similarity ${gradient.similarity}` }),
    ],
    summary: `${layers} of 6 layers hold random weights. Similarity to the map of the trained model: guided backpropagation ${guided.similarity}, gradient ${gradient.similarity}.`,
  };
};
