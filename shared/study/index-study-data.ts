/**
 * Decoded images -> the index of prepared data: groups, parts, what was left out, and the digest of it all.
 * Images are ordered by the digest of their pixels, so that the index does not depend on how files are named.
 */
import type { ModelCard } from '../manifest/model-card.ts';
import type { StudySplit } from '../manifest/study.ts';
import type { StudyData, StudyImage, StudyPart } from '../manifest/study-data.ts';
import { canonicalJson } from '../pipeline/canonical-json.ts';
import { digestOf } from '../pipeline/digest.ts';
import { type GroupedImage, groupImages } from './group-images.ts';
import { splitImages } from './split-images.ts';

export interface IndexedImage extends GroupedImage {
  readonly digest: string;
  readonly label: number;
  /** True for an image of a test folder of its own. */
  readonly test: boolean;
}

export interface Unindexed {
  readonly classes: readonly string[];
  readonly input: ModelCard['input'];
  readonly split: StudySplit;
  readonly images: readonly IndexedImage[];
  /** Reason code -> files that were not even decoded. */
  readonly unreadable: Readonly<Record<string, number>>;
  /** There is a test folder: all other images are for training and validation. */
  readonly fixedTest: boolean;
}

export interface Indexed {
  readonly index: StudyData;
  /** Place in `images` of each image of the index. */
  readonly order: readonly number[];
}

/**
 * Left out besides: `label-conflict`, equal pixels under two classes; `twin-of-test-image` (not where split by image), an
 * image of which the test folder holds a near-duplicate or another image of its patient.
 */
export function indexStudyData({ classes, input, split, images, unreadable, fixedTest }: Unindexed): Indexed {
  const conflicting = conflictingDigests(images);
  const sorted = images
    .map((image, place) => ({ ...image, place }))
    .filter(({ digest }) => !conflicting.has(digest))
    .sort((a, b) => compare(a.digest, b.digest) || Number(a.test) - Number(b.test) || a.place - b.place);
  const groups = groupImages(sorted, split.by === 'upright-group' ? 'upright' : 'any-way');
  const tested = new Set(groups.filter((_, at) => sorted[at]!.test));
  const grouped = sorted.map((image, at) => ({ ...image, group: groups[at]! }));
  const isTwin = ({ test, group }: (typeof grouped)[number]): boolean =>
    split.by !== 'image' && !test && tested.has(group);
  const kept = grouped.filter((image) => !isTwin(image));
  const left = {
    ...unreadable,
    ...counted('label-conflict', images.length - sorted.length),
    ...counted('twin-of-test-image', grouped.length - kept.length),
  };
  const parts = partsOf(kept, split, fixedTest);
  const indexed: StudyImage[] = kept.map(({ digest, label, group }, at) => ({
    digest,
    label,
    group,
    part: parts[at]!,
  }));
  const sizes = new Map<number, number>();
  for (const { group } of indexed) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const named = indexed.map(({ digest, label, part }) => ({ digest, label, part }));
  return {
    index: {
      schema: 'cxai.study-data/1',
      digest: digestOf(new TextEncoder().encode(canonicalJson({ classes, input, images: named }))),
      classes: [...classes],
      input,
      split,
      fixedTest,
      images: indexed,
      groups: sizes.size,
      duplicateGroups: [...sizes.values()].filter((size) => size > 1).length,
      unreadable: left,
    },
    order: kept.map(({ place }) => place),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const counted = (reason: string, count: number): Record<string, number> =>
  count === 0 ? {} : { [reason]: count };

function conflictingDigests(images: readonly IndexedImage[]): Set<string> {
  const labels = new Map<string, number>();
  const conflicting = new Set<string>();
  for (const { digest, label } of images) {
    if ((labels.get(digest) ?? label) !== label) conflicting.add(digest);
    labels.set(digest, label);
  }
  return conflicting;
}

function partsOf(
  images: readonly { readonly label: number; readonly group: number; readonly test: boolean }[],
  split: StudySplit,
  fixedTest: boolean,
): StudyPart[] {
  if (!fixedTest) return splitImages(images, split);
  const own = images.filter(({ test }) => !test);
  const parts = splitImages(own, { ...split, test: 0 });
  let next = 0;
  return images.map(({ test }) => (test ? 'test' : parts[next++]!));
}
