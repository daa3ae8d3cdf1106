/** The class a plan explains: the card's fixed class, or the one with the highest score. */
import { PermanentFault } from '../errors.ts';
import type { ModelCard } from '../manifest/model-card.ts';
import type { Plan } from '../manifest/plan.ts';

export function chooseTarget(scores: readonly number[], output: ModelCard['output']): Plan['target'] {
  const { classes, defaultTarget } = output;
  if (scores.length !== classes.length) {
    throw new PermanentFault(
      `model card: expected ${scores.length} class names (the model's outputs), got ${classes.length}`,
      { code: 'classes-mismatch', remedy: 'List every class of the model in output.classes, in its order.' },
    );
  }
  if (scores.some((score) => !Number.isFinite(score))) {
    throw new PermanentFault('model: expected finite scores, got NaN or infinity', {
      code: 'scores-not-finite',
      remedy: 'Check the value range, mean and std in the model card.',
    });
  }
  if (defaultTarget === 'predicted') {
    const index = scores.indexOf(Math.max(...scores));
    return { index, name: classes[index]!, chosen: 'predicted' };
  }
  const index = classes.indexOf(defaultTarget);
  if (index < 0) {
    throw new PermanentFault(
      `model card: expected defaultTarget to be 'predicted' or one of ${classes.join(', ')}, got '${defaultTarget}'`,
      { code: 'target-unknown' },
    );
  }
  return { index, name: defaultTarget, chosen: 'fixed' };
}
