/** Answers of a model on one part of the data -> every figure that a reader needs to judge it. */

import type { StudyData } from '../manifest/study-data.ts';
import type { Assessment } from '../manifest/study-report.ts';
import type { Evaluation } from '../manifest/study-result.ts';
import { calibrationOf } from '../metrics/calibration.ts';
import { areaUnderRoc, rocCurve } from '../metrics/roc.ts';
import { wilsonInterval } from '../metrics/wilson-interval.ts';
import { groupAccuracy } from './group-accuracy.ts';

type Answers = Pick<Evaluation, 'loss' | 'predictions'>;

/**
 * `classes` in the order of the outputs. The predicted class is that of the largest probability, the first of equals.
 * `images`: those of the data, which know their groups.
 */
export function assess(
  { loss, predictions }: Answers,
  classes: readonly string[],
  images?: StudyData['images'],
): Assessment {
  const confusion = classes.map(() => classes.map(() => 0));
  for (const { label, probabilities } of predictions) {
    confusion[label]![probabilities.indexOf(Math.max(...probabilities))]!++;
  }
  const right = classes.reduce((sum, _, label) => sum + confusion[label]![label]!, 0);
  const count = predictions.length;
  return {
    images: count,
    loss: Number.isFinite(loss) ? loss : null,
    accuracy: right / count,
    accuracyInterval: wilsonInterval(right, count),
    byGroup: images ? groupAccuracy(predictions, images) : null,
    confusion,
    classes: classes.map((name, label) => ({
      name,
      ...againstRest(label, confusion),
      ...ranking(label, predictions),
    })),
    calibration: calibrationOf(predictions),
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
