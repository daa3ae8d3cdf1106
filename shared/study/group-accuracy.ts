/**
 * Accuracy with every picture counted once: near-duplicates are one picture many times over, so the count of images
 * overstates how much was tested. A group counts by the share of its images that are right; the interval is Wilson's
 * (1927) for as many trials as there are groups.
 */
import type { StudyImage } from '../manifest/study-data.ts';
import type { Prediction } from '../manifest/study-result.ts';

export interface GroupAccuracy {
  readonly groups: number;
  readonly accuracy: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
}

const Z = 1.959963984540054;

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
  return { groups, accuracy, interval: wilson(accuracy, groups) };
}

/** Score interval of a share seen in `count` trials. */
function wilson(share: number, count: number): [number, number] {
  const spread = Z ** 2 / count;
  const center = (share + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / count + spread / (4 * count));
  return [Math.max(0, center - half), Math.min(1, center + half)];
}
