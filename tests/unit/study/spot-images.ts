/** Small images for training tests: noise, and in every second one a bright spot. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { type StudyData, studyDataSchema } from '../../../shared/manifest/study-data.ts';
import { studyDataKey, studyDataPrefix, studyPixelsKey } from '../../../shared/manifest/study-keys.ts';
import { digestOf } from '../../../shared/pipeline/digest.ts';

export const SIDE = 16;

export interface SpotImages {
  readonly inputs: readonly Float32Array[];
  readonly labels: readonly number[];
}

export function spotImages(count: number, seed = 1): SpotImages {
  const random = xoshiro(seed);
  const labels = Array.from({ length: count }, (_, index) => index % 2);
  const inputs = labels.map((label) => {
    const image = Float32Array.from({ length: SIDE * SIDE }, () => 0.3 * random.uniform());
    const [row, column] = [2 + random.below(SIDE - 5), 2 + random.below(SIDE - 5)];
    for (let at = 0; label === 1 && at < 9; at++) {
      image[(row + Math.floor(at / 3)) * SIDE + column + (at % 3)]! += 0.7;
    }
    return image;
  });
  return { inputs, labels };
}

/** Writes `folder` as prepared data of a study: the first half train, then validation and test. */
export function writePrepared(folder: string, { inputs, labels }: SpotImages): StudyData {
  const digest = digestOf(new TextEncoder().encode('spots'));
  const data = studyDataSchema.parse({
    schema: 'cxai.study-data/1',
    digest,
    classes: ['plain', 'spot'],
    input: {
      layout: 'NCHW',
      channels: 1,
      height: SIDE,
      width: SIDE,
      range: [0, 1],
      mean: [0],
      std: [1],
      resize: 'pad',
    },
    split: {},
    images: inputs.map((input, index) => ({
      digest: digestOf(new Uint8Array(input.buffer)),
      label: labels[index],
      group: index,
      part: index < inputs.length / 2 ? 'train' : index < (3 * inputs.length) / 4 ? 'validation' : 'test',
    })),
    groups: inputs.length,
    duplicateGroups: 0,
    unreadable: {},
  });
  mkdirSync(join(folder, studyDataPrefix(digest)), { recursive: true });
  writeFileSync(join(folder, studyDataKey(digest)), JSON.stringify(data));
  writeFileSync(
    join(folder, studyPixelsKey(digest)),
    Buffer.concat(inputs.map((input) => new Uint8Array(input.buffer))),
  );
  return data;
}
