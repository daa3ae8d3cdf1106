/** Prepared data -> what the report says of it: parts, imbalance, groups, and how many test images would leak. */
import type { StudyData, StudyPart } from '../manifest/study-data.ts';
import type { StudyReport } from '../manifest/study-report.ts';
import { leakedTestImages, splitImages } from './split-images.ts';

export function reportedData(data: StudyData): StudyReport['data'] {
  const { digest, classes, input, split, images, groups, duplicateGroups, unreadable, fixedTest } = data;
  const sizes = countBy(images, ({ group }) => group);
  const grouped = [...sizes.values()].filter((size) => size > 1);
  const perClass = classes.map((_, label) => images.filter((image) => image.label === label).length);
  const smallest = Math.min(...perClass);
  const naive = fixedTest ? images : splitOneByOne(data);
  const testImages = (all: StudyData['images']): number => all.filter(({ part }) => part === 'test').length;
  return {
    digest,
    classes,
    positive: classes.at(-1)!,
    input,
    split,
    images: images.length,
    parts: {
      train: countsOf(images, classes, 'train'),
      validation: countsOf(images, classes, 'validation'),
      test: countsOf(images, classes, 'test'),
    },
    imbalance: smallest === 0 ? null : Math.max(...perClass) / smallest,
    groups,
    duplicateGroups,
    imagesInDuplicateGroups: grouped.reduce((sum, size) => sum + size, 0),
    largestGroup: Math.max(0, ...sizes.values()),
    groupSizes: [...countBy([...sizes.values()], (size) => size)].sort(([a], [b]) => a - b),
    unreadable,
    leaks: {
      testImages: testImages(images),
      here: leakedTestImages(images),
      naive: leakedTestImages(naive),
      naiveTestImages: testImages(naive),
    },
  };
}

function splitOneByOne({ images, split }: StudyData): StudyData['images'] {
  const parts = splitImages(images, { ...split, by: 'image' });
  return images.map((image, at) => ({ ...image, part: parts[at]! }));
}

const countsOf = (images: StudyData['images'], classes: readonly string[], part: StudyPart): number[] =>
  classes.map((_, label) => images.filter((image) => image.part === part && image.label === label).length);

function countBy<T>(items: readonly T[], key: (item: T) => number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
