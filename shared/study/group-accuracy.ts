/**
 * Accuracy with every picture counted once: near-duplicates are one picture many times over, so the count of images
 * overstates how much was tested. A group counts by the share of its images that are right; the interval is Wilson's
 * (1927) for as many trials as there are groups.
 */
import type { StudyImage } from '../manifest/study-data.ts';
import type { Prediction } from '../manifest/study-result.ts';
import { wilsonInterval } from '../metrics/wilson-interval.ts';

export interface GroupAccuracy {
  readonly groups: number;
  readonly accuracy: number;
  /** 95 %. */
  readonly interval: [number, number];
}

export function groupAccuracy(
  predictions: readonly Prediction[],
  images: readonly Pick<StudyImage, 'digest' | 'group'>[],
): GroupAccuracy {
  const groupOf = new Map(images.map(({ digest, group }) => [digest, group]));
  const rights = new Map<number, boolean[]>();
  for (const { image, label, probabilities } of predictions) {
    const group = groupOf.get(image)!;
    const right = probabilities.indexOf(Math.max(...probabilities)) === label;
    rights.set(group, [...(rights.get(group) ?? []), right]);
  }
  const shares = [...rights.values()].map((list) => list.filter(Boolean).length / list.length);
  const groups = shares.length;
  const accuracy = shares.reduce((sum, share) => sum + share, 0) / groups;
  return { groups, accuracy, interval: wilsonInterval(accuracy * groups, groups) };
}
