/** Panels as figures make them: scales, shares and the words that go with a picture. */
import { scaleFor } from '../../../../shared/render/display-scale.ts';
import { figure, percent } from '../figures.ts';
import type { MapLayer, PicturePanel } from './frame.ts';
import { type FoundMap, type Subject, side } from './lab.ts';

type Extra = Partial<Omit<PicturePanel, 'kind' | 'title'>>;

/** A gray picture [128, 128]. */
export function grayPanel(title: string, gray: Float32Array, extra: Extra = {}): PicturePanel {
  return { kind: 'picture', title, width: side, height: side, gray, alt: title, ...extra };
}

/** The subject with the rim of its lesion. */
export function subjectPanel(subject: Subject, title = 'Image'): PicturePanel {
  const { gray, mask, pattern, probability } = subject;
  const what = pattern ? `a ${pattern} lesion, outlined` : 'no lesion';
  return grayPanel(title, gray, {
    outline: mask,
    note: `lesion: ${percent(probability)}`,
    alt: `Synthetic head slice with ${what}. The model says lesion with ${percent(probability)}.`,
  });
}

/** Robust scale: the strongest half percent has the last color. */
export function layerOf(
  map: Pick<FoundMap, 'values' | 'signed' | 'unit'>,
  extra: Partial<MapLayer> = {},
): MapLayer {
  const { values, signed, unit } = map;
  const { limit } = scaleFor([values], signed ? 'diverging' : 'sequential', { limit: 'robust' });
  return { values, signed, unit, limit: limit || 1, ...extra };
}

/** A map over its image, with the share of it that lies in the lesion. */
export function mapPanel(
  title: string,
  map: Pick<FoundMap, 'values' | 'signed' | 'unit'>,
  subject: Pick<Subject, 'gray' | 'mask'>,
  extra: Extra & { readonly layer?: Partial<MapLayer> } = {},
): PicturePanel {
  const { layer, ...rest } = extra;
  const inside = percent(shareInside(map.values, subject.mask));
  return grayPanel(title, subject.gray, {
    map: layerOf(map, layer),
    outline: subject.mask,
    note: `${inside} in the lesion`,
    alt: `${title}: a map over the image. ${inside} of its magnitude lies inside the lesion, which covers ${percent(areaShare(subject.mask))} of the image.`,
    ...rest,
  });
}

/** Share of Σ|map| inside the mask. */
export function shareInside(values: Float32Array, mask: Uint8Array): number {
  let [inside, all] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    all += size;
    if (mask[i]) inside += size;
  }
  return all > 0 ? inside / all : 0;
}

export const areaShare = (mask: Uint8Array): number =>
  mask.reduce((sum, value) => sum + (value ? 1 : 0), 0) / mask.length;

export const sumOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
};

/** With a fixed number of digits and a true minus sign. */
export const fixed = (value: number, digits = 2): string => value.toFixed(digits).replace('-', '−');

export { figure, percent };
