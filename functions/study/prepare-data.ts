/**
 * A folder of images per class -> prepared data (shared/manifest/study-data.ts): each file is decoded once, put into
 * model units, grouped with its near-duplicates and its patient's other images, and given a part. What cannot be read
 * is left out, told, and counted. The same files prepared again are found by their digests and not decoded.
 */
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { CxaiError, PermanentFault } from '../../shared/errors.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import type { StudySpec } from '../../shared/manifest/study.ts';
import type { StudyData } from '../../shared/manifest/study-data.ts';
import { studyDataKey, studyDataPrefix, studyPixelsKey } from '../../shared/manifest/study-keys.ts';
import { type IndexedImage, indexStudyData } from '../../shared/study/index-study-data.ts';
import { type ClassFile, classFiles } from './class-folders.ts';
import { inOrder } from './in-order.ts';
import { knownSources, rememberSources, sourcesKeyOf } from './prepared-sources.ts';
import { readImage } from './read-image.ts';

export interface PreparationProgress {
  readonly done: number;
  readonly total: number;
}

export interface PreparationOptions {
  /** Folder that `data.folder` and `data.testFolder` are relative to: the specification's own. */
  readonly base: string;
  /** The study's folder. */
  readonly out: string;
  readonly onProgress?: (progress: PreparationProgress) => void;
  /** Told once for each file left out. The path may name a patient: for the operator's eyes only. */
  readonly onUnreadable?: (path: string, fault: CxaiError) => void;
}

/** Returns the index that now lies in the study's folder. Throws PermanentFault where nothing is left to learn from. */
export async function prepareStudyData(
  { data: spec, split }: Pick<StudySpec, 'data' | 'split'>,
  options: PreparationOptions,
): Promise<StudyData> {
  const { base, out } = options;
  const own = await classFiles(resolve(base, spec.folder), spec.classes);
  const fixed =
    spec.testFolder === undefined ? [] : await classFiles(resolve(base, spec.testFolder), spec.classes);
  const files = [
    ...own.map((file) => ({ ...file, test: false })),
    ...fixed.map((file) => ({ ...file, test: true })),
  ];
  const sources = await sourcesKeyOf(files, { spec, split });
  const known = await knownSources(out, sources);
  if (known !== null) return known;
  await mkdir(join(out, 'data'), { recursive: true });
  const scratch = join(out, 'data', `decoding-${process.pid}.f32`);
  try {
    const input = inputOf(spec.input);
    const { images, unreadable } = await decodeAll(files, spec, input, scratch, options);
    const classes = Object.keys(spec.classes);
    const { index, order } = indexStudyData({
      classes,
      input,
      split,
      images,
      unreadable,
      fixedTest: fixed.length > 0,
    });
    requireEveryClass(index);
    await writePrepared(out, index, order, scratch);
    await rememberSources(out, sources, index.digest);
    return index;
  } finally {
    await rm(scratch, { force: true });
  }
}

const inputOf = (input: StudySpec['data']['input']): ModelCard['input'] => ({
  layout: 'NCHW',
  channels: input.channels,
  height: input.side,
  width: input.side,
  range: [0, 1],
  mean: [input.mean],
  std: [input.std],
  resize: input.resize,
});

async function decodeAll(
  files: readonly (ClassFile & { readonly test: boolean })[],
  spec: StudySpec['data'],
  input: ModelCard['input'],
  scratch: string,
  { onProgress, onUnreadable }: PreparationOptions,
): Promise<{ images: IndexedImage[]; unreadable: Record<string, number> }> {
  const patientInName = spec.patientPattern === undefined ? null : new RegExp(spec.patientPattern);
  const images: IndexedImage[] = [];
  const unreadable: Record<string, number> = {};
  const pixels = await open(scratch, 'w');
  try {
    const read = async (file: (typeof files)[number]) => {
      try {
        return { file, image: await readImage(file.path, input, patientInName) };
      } catch (fault) {
        if (!(fault instanceof CxaiError)) throw fault;
        return { file, fault };
      }
    };
    let done = 0;
    for await (const { file, image, fault } of inOrder(files, 2 * availableParallelism(), read)) {
      if (image === undefined) {
        unreadable[fault.code] = (unreadable[fault.code] ?? 0) + 1;
        onUnreadable?.(file.path, fault);
      } else {
        const { input: values, ...rest } = image;
        await pixels.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
        images.push({ ...rest, label: file.label, test: file.test });
      }
      onProgress?.({ done: ++done, total: files.length });
    }
  } finally {
    await pixels.close();
  }
  return { images, unreadable };
}

function requireEveryClass({ classes, images }: StudyData): void {
  for (const part of ['train', 'validation'] as const) {
    const lacking = classes.filter(
      (_, label) => !images.some((image) => image.part === part && image.label === label),
    );
    if (lacking.length === 0) continue;
    throw new PermanentFault(
      `prepareStudyData: expected images of every class in the ${part} part, got none (${lacking.join(', ')})`,
      {
        code: 'study-class-empty',
        remedy:
          'Give the class more images that are no near-duplicates of each other, or change the shares of split.',
      },
    );
  }
}

/** Pixels in the order of the index, then the index: whoever sees the index may read the pixels. */
async function writePrepared(
  out: string,
  index: StudyData,
  order: readonly number[],
  scratch: string,
): Promise<void> {
  const { channels, height, width } = index.input;
  const line = new Uint8Array(4 * channels * height * width);
  await mkdir(join(out, studyDataPrefix(index.digest)), { recursive: true });
  const target = join(out, studyPixelsKey(index.digest));
  await using from = await open(scratch, 'r');
  await using to = await open(`${target}.part`, 'w');
  for (const at of order) {
    await from.read(line, 0, line.length, at * line.length);
    await to.write(line);
  }
  await rename(`${target}.part`, target);
  await writeFile(join(out, studyDataKey(index.digest)), `${JSON.stringify(index)}\n`);
}
