/**
 * What a model makes of a black, a mid-grey and a white image within the range of its card. Scores that are never finite
 * are refused; what else is the sign of a wrong model or card can be right as well, so it is only warned of.
 */
import { PermanentFault } from '../../shared/errors.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import { fromGrayLevels } from '../../shared/pipeline/gray-level-input.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';

const PROBES = [
  ['black', 0],
  ['mid-grey', 128],
  ['white', 255],
] as const;

/** Sentences; [] where nothing looks wrong. Throws PermanentFault `scores-not-finite`. */
export async function probeModel(card: ModelCard, classifier: Classifier): Promise<string[]> {
  const { height, width, channels } = card.input;
  const images = PROBES.map(([, level]) => ({
    height,
    width,
    channels,
    data: new Uint8Array(height * width * channels).fill(level),
  }));
  const { scores, gradient } = await classifier.gradient(fromGrayLevels(images, card.input), [0, 0, 0]);
  const rows = PROBES.map((_, n) => [
    ...scores.data.subarray(n * classifier.classCount, (n + 1) * classifier.classCount),
  ]);
  const wrong = PROBES.filter((_, n) => !rows[n]!.every(Number.isFinite)).map(([name]) => name);
  if (wrong.length === PROBES.length) {
    throw new PermanentFault(
      `model: expected finite scores of a black, a mid-grey or a white image, got ${rows[1]!.find((score) => !Number.isFinite(score))}`,
      {
        code: 'scores-not-finite',
        remedy: 'Check the value range, mean and std (--range, --mean, --std), and the weights of the model.',
      },
    );
  }
  return [
    ...wrong.map((name) => `the scores of a ${name} image are not finite`),
    ...(wrong.length === 0 && rows.every((row) => row.join() === rows[0]!.join())
      ? [
          'a black, a mid-grey and a white image score alike, the sign of a wrong range (--range) or of a model that does not look at its input',
        ]
      : []),
    ...(gradient.data.every((value) => value === 0)
      ? ['the gradients of all three are zero: methods that follow gradients may see nothing']
      : []),
    ...likeProbabilities(card, rows),
  ];
}

/** Logits that add up to 1 each time are probabilities, whatever made them. */
function likeProbabilities({ output }: ModelCard, rows: readonly (readonly number[])[]): string[] {
  const likely = rows.every(
    (row) =>
      row.length > 1 &&
      row.every((score) => score >= 0) &&
      Math.abs(row.reduce((sum, score) => sum + score, 0) - 1) < 1e-3,
  );
  return likely && output.activation === 'logits'
    ? ['the logits add up to 1 like probabilities: if they are, say so (--activation softmax)']
    : [];
}
