/** Answers of a model on one part of the data -> every figure that a reader needs to judge it. */

import type { Assessment } from '../manifest/study-report.ts';
import type { Evaluation } from '../manifest/study-result.ts';
import { calibrationOf } from '../metrics/calibration.ts';
import { areaUnderRoc, rocCurve } from '../metrics/roc.ts';
import { wilsonInterval } from '../metrics/wilson-interval.ts';

type Answers = Pick<Evaluation, 'loss' | 'predictions'>;

/**
 * `classes` in the order of the outputs. The predicted class is that of the largest probability, the first of equals.
 * `groups`: of each image's digest, the number of its group.
 */
export function assess(
  { loss, predictions }: Answers,
  classes: readonly string[],
  groups?: ReadonlyMap<string, number>,
): Assessment {
  const confusion = classes.map(() => classes.map(() => 0));
  for (const { label, probabilities } of predictions) {
    confusion[label]![probabilities.indexOf(Math.max(...probabilities))]!++;
  }
  const right = classes.reduce((sum, _, label) => sum + confusion[label]![label]!, 0);
  const images = predictions.length;
  return {
    images,
    loss: Number.isFinite(loss) ? loss : null,
    accuracy: right / images,
    accuracyInterval: wilsonInterval(right, images),
    byGroup: groups ? byGroup(predictions, groups) : null,
    confusion,
    classes: classes.map((name, label) => ({
      name,
      ...againstRest(label, confusion),
      ...ranking(label, predictions),
    })),
    calibration: calibrationOf(predictions),
  };
}

/**
 * A group's share of right answers varies less than a coin of the same mean, so Wilson's interval over groups is wide
 * enough.
 */
function byGroup(
  predictions: Evaluation['predictions'],
  groups: ReadonlyMap<string, number>,
): NonNullable<Assessment['byGroup']> {
  const answers = new Map<number, { images: number; right: number }>();
  for (const { image, label, probabilities } of predictions) {
    const group = groups.get(image);
    if (group === undefined) throw new Error('internal: an answer about an image outside the data');
    const answer = answers.get(group) ?? { images: 0, right: 0 };
    answer.images++;
    if (probabilities.indexOf(Math.max(...probabilities)) === label) answer.right++;
    answers.set(group, answer);
  }
  const right = [...answers.values()].reduce((sum, answer) => sum + answer.right / answer.images, 0);
  return {
    groups: answers.size,
    accuracy: right / answers.size,
    interval: wilsonInterval(right, answers.size),
  };
}

function againstRest(label: number, confusion: readonly (readonly number[])[]) {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const images = sum(confusion[label]!);
  const rest = confusion.filter((_, row) => row !== label);
  const others = sum(rest.map(sum));
  const falseAlarms = sum(rest.map((row) => row[label]!));
  return {
    images,
    sensitivity: images === 0 ? null : confusion[label]![label]! / images,
    specificity: others === 0 ? null : 1 - falseAlarms / others,
  };
}

function ranking(label: number, predictions: Evaluation['predictions']) {
  const scores = predictions.map(({ probabilities }) => probabilities[label]!);
  const positive = predictions.map((prediction) => prediction.label === label);
  const area = areaUnderRoc(scores, positive);
  return {
    auc: area?.area ?? null,
    aucInterval: area?.interval ?? null,
    roc: rocCurve(scores, positive) ?? { falsePositiveRate: [], truePositiveRate: [] },
  };
}
