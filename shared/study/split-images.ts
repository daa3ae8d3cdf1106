/**
 * Train, validation and test parts, stratified by class, whole groups only. Greedy: largest groups first (order
 * within one size by seed), each to the part whose classes lack most of their share:
 *
 *   part(g) = argmax_p Σ_c n_gc · (target_pc − have_pc) / target_pc,   target_pc = share_p · n_c
 *
 * The single images that come last even out what large groups left uneven. By image, every image is its own group.
 */
import { xoshiro } from '../attribution/noise/xoshiro.ts';
import type { StudySplit } from '../manifest/study.ts';
import { type StudyPart, studyPartSchema } from '../manifest/study-data.ts';

export interface SplitImage {
  readonly label: number;
  readonly group: number;
}

const PARTS = studyPartSchema.options;

/** The part of each image. Shares are taken relative to their sum; a share of 0 gives an empty part. */
export function splitImages(images: readonly SplitImage[], split: StudySplit): StudyPart[] {
  const groupOf = (index: number): number => (split.by === 'image' ? index : images[index]!.group);
  const groups = new Map<number, number[]>();
  images.forEach((_, index) => {
    const members = groups.get(groupOf(index));
    if (members === undefined) groups.set(groupOf(index), [index]);
    else members.push(index);
  });
  const classes = Math.max(0, ...images.map(({ label }) => label + 1));
  const targets = targetsOf(images, classes, split);
  const have = PARTS.map(() => new Float64Array(classes));
  const parts = new Array<StudyPart>(images.length);
  for (const members of inOrder([...groups.values()], split.seed)) {
    const place = neediest(members, images, targets, have);
    for (const member of members) {
      have[place]![images[member]!.label]!++;
      parts[member] = PARTS[place]!;
    }
  }
  return parts;
}

/** [part][class] -> images wished for. */
function targetsOf(images: readonly SplitImage[], classes: number, split: StudySplit): Float64Array[] {
  const total = PARTS.reduce((sum, part) => sum + split[part], 0);
  const counts = new Float64Array(classes);
  for (const { label } of images) counts[label]!++;
  return PARTS.map((part) => counts.map((count) => (count * split[part]) / total));
}

/** Shuffled by seed, then largest first (the sort is stable). */
function inOrder(groups: number[][], seed: number): number[][] {
  const { below } = xoshiro(seed);
  for (let i = groups.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [groups[i], groups[j]] = [groups[j]!, groups[i]!];
  }
  return groups.sort((a, b) => b.length - a.length);
}

function neediest(
  members: readonly number[],
  images: readonly SplitImage[],
  targets: readonly Float64Array[],
  have: readonly Float64Array[],
): number {
  const lacks = targets.map((target, place) =>
    members.reduce((sum, member) => {
      const { label } = images[member]!;
      return target[label] === 0 ? -Infinity : sum + 1 - have[place]![label]! / target[label]!;
    }, 0),
  );
  return lacks.indexOf(Math.max(...lacks));
}

/** How many test images have another image of their group in the training part. */
export function leakedTestImages(images: readonly (SplitImage & { readonly part: StudyPart })[]): number {
  const trained = new Set(images.filter(({ part }) => part === 'train').map(({ group }) => group));
  return images.filter(({ part, group }) => part === 'test' && trained.has(group)).length;
}
