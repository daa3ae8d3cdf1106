/**
 * The synthetic data set: every seed gives two pictures of one head, without and with a lesion. Training and
 * test sets take their seeds from ranges that do not meet, so no head is in both.
 */
import { prepareInput } from '../imaging/model-input.ts';
import type { SourceImage } from '../imaging/source-image.ts';
import type { ModelCard } from '../manifest/model-card.ts';
import { type BrainPhantom, brainPhantom } from './brain-phantom.ts';

export type Split = 'train' | 'test' | 'sample';

export interface LabeledPhantom {
  /** 0: no lesion, 1: lesion. */
  readonly label: 0 | 1;
  readonly phantom: BrainPhantom;
}

const FIRST_SEED: Readonly<Record<Split, number>> = { train: 1_000_000, test: 2_000_000, sample: 3_000_000 };
const SIZES = [128, 128, 160, 128, 256] as const;

/** Picture `index` of a split; neighbors 2k and 2k + 1 are one head. Sizes vary unless one is given. */
export function phantomOf(split: Split, index: number, size?: number): LabeledPhantom {
  const head = index >> 1;
  const label = index % 2 === 1 ? 1 : 0;
  const phantom = brainPhantom(FIRST_SEED[split] + head, {
    size: size ?? SIZES[head % SIZES.length]!,
    lesion: label === 1 ? 'present' : 'absent',
  });
  return { label, phantom };
}

/** A phantom as if it had been read from a PNG file. */
export function sourceOf({ size, image }: BrainPhantom): SourceImage {
  return {
    width: size,
    height: size,
    channels: 1,
    bitDepth: 8,
    data: image,
    format: 'png',
    spacing: null,
    warnings: [],
  };
}

export interface PreparedSet {
  /** One model input per picture, through the same path as a user's file. */
  readonly inputs: readonly Float32Array[];
  readonly labels: readonly (0 | 1)[];
}

/** The first `count` pictures of a split as the inputs of a model with this card. */
export function preparedSet(
  split: Split,
  count: number,
  card: ModelCard['input'],
  onProgress: (done: number) => void = () => {},
): PreparedSet {
  const pictures = Array.from({ length: count }, (_, index) => {
    const { label, phantom } = phantomOf(split, index);
    onProgress(index + 1);
    return { label, data: prepareInput(sourceOf(phantom), card).input.data };
  });
  return { inputs: pictures.map(({ data }) => data), labels: pictures.map(({ label }) => label) };
}
