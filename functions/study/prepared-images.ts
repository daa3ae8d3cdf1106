/** Prepared data of a study's folder: the index, and its pixels read image by image, so that any size will do. */
import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { xoshiro } from '../../shared/attribution/noise/xoshiro.ts';
import { PermanentFault } from '../../shared/errors.ts';
import { type StudyData, type StudyPart, studyDataSchema } from '../../shared/manifest/study-data.ts';
import { studyDataKey, studyPixelsKey } from '../../shared/manifest/study-keys.ts';
import type { ImageSource } from '../../shared/study/image-source.ts';

export interface PreparedImages {
  readonly data: StudyData;
  readonly source: ImageSource;
  close(): void;
}

export async function openPreparedImages(folder: string, dataDigest: string): Promise<PreparedImages> {
  const data = studyDataSchema.parse(
    JSON.parse(await readFile(join(folder, studyDataKey(dataDigest)), 'utf8')),
  );
  const { channels, height, width } = data.input;
  const length = channels * height * width;
  const file = openSync(join(folder, studyPixelsKey(dataDigest)), 'r');
  const source: ImageSource = {
    labels: data.images.map(({ label }) => label),
    readInto(out, indices) {
      indices.forEach((index, place) => {
        const bytes = new Uint8Array(out.buffer, out.byteOffset + 4 * place * length, 4 * length);
        if (readSync(file, bytes, 0, bytes.length, 4 * index * length) < bytes.length) throw tooShort(index);
      });
    },
  };
  return { data, source, close: () => closeSync(file) };
}

function tooShort(index: number): PermanentFault {
  return new PermanentFault(`study: expected the pixels of image ${index}, got the end of the file`, {
    code: 'study-pixels-truncated',
    remedy: 'Delete the data folder of the study and run it again: the images are then prepared anew.',
  });
}

/** Indices of a part's images. */
export function indicesOf({ images }: StudyData, part: StudyPart): number[] {
  return images.flatMap((image, index) => (image.part === part ? [index] : []));
}

/** Whole groups of the training part, in an order of their own, until they hold `share` of its images. */
export function trainingIndices(data: StudyData, share = 1): number[] {
  const all = indicesOf(data, 'train');
  if (share === 1) return all;
  const random = xoshiro(GROUP_ORDER_SEED);
  const groups = [...new Set(all.map((index) => data.images[index]!.group))]
    .sort((a, b) => a - b)
    .map((group) => ({ group, place: random.uniform() }))
    .sort((a, b) => a.place - b.place);
  const taken: number[] = [];
  for (const { group } of groups) {
    if (taken.length >= share * all.length) break;
    taken.push(...all.filter((index) => data.images[index]!.group === group));
  }
  return taken.sort((a, b) => a - b);
}

/** Fixed, so that a smaller share is part of every larger one. */
const GROUP_ORDER_SEED = 1;
