/**
 * Painting on a model's input: under the brush every value is taken from another picture (black, white, a
 * blurred or an even copy of the original), so strokes over each other change nothing twice.
 */
import { gaussianBlur } from '../../../shared/imaging/gaussian.ts';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';
import type { Point } from './viewport.ts';

export const brushKinds = ['erase', 'blur', 'mean', 'paint'] as const;
export type BrushKind = (typeof brushKinds)[number];

type InputCard = ModelCard['input'];

/** Where value (channel, y, x) of an input lies: `channel · plane + (y · width + x) · step`. */
const strides = ({ layout, channels, height, width }: InputCard) =>
  layout === 'NCHW' ? { plane: height * width, step: 1 } : { plane: 1, step: channels };

/** Blur of the whole extent over 16: 8 pixels of 128, where a lesion is gone and the head is not. */
const blurShare = 1 / 16;

/** What a brush lays over `original` [...inputShape]; model units. */
export function brushFill(kind: BrushKind, original: Float32Array, card: InputCard): Float32Array {
  const { channels, height, width, range, mean, std } = card;
  const { plane, step } = strides(card);
  const fill = new Float32Array(original.length);
  for (let c = 0; c < channels; c++) {
    const values = Float32Array.from({ length: height * width }, (_, i) => original[c * plane + i * step]!);
    const layer = layerOf(kind, values);
    for (let i = 0; i < values.length; i++) fill[c * plane + i * step] = layer(i);

    function layerOf(brush: BrushKind, of: Float32Array): (i: number) => number {
      if (brush === 'blur') {
        const blurred = gaussianBlur(of, height, width, Math.min(height, width) * blurShare, 'reflect');
        return (i) => blurred[i]!;
      }
      const average = of.reduce((sum, value) => sum + value, 0) / of.length;
      if (brush === 'mean') return () => average;
      const gray = brush === 'paint' ? range[1] : range[0];
      return () => (gray - (mean[c] ?? mean[0]!)) / (std[c] ?? std[0]!);
    }
  }
  return fill;
}

/** Copies `fill` into `edited` wherever a pixel's center is at most `radius` from the line `from` – `to` (input pixels). */
export function paintStrokeInto(
  edited: Float32Array,
  fill: Float32Array,
  card: InputCard,
  { from, to, radius }: { readonly from: Point; readonly to: Point; readonly radius: number },
): void {
  const { channels, height, width } = card;
  const { plane, step } = strides(card);
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const low = (a: number, b: number) => Math.max(0, Math.floor(Math.min(a, b) - radius));
  const high = (a: number, b: number, size: number) => Math.min(size, Math.ceil(Math.max(a, b) + radius));
  for (let y = low(from.y, to.y); y < high(from.y, to.y, height); y++) {
    for (let x = low(from.x, to.x); x < high(from.x, to.x, width); x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = length > 0 ? Math.max(0, Math.min(1, (px * dx + py * dy) / length)) : 0;
      if (Math.hypot(px - along * dx, py - along * dy) > radius) continue;
      for (let c = 0; c < channels; c++) {
        const at = c * plane + (y * width + x) * step;
        edited[at] = fill[at]!;
      }
    }
  }
}

/** The input as a picture, RGBA: mean and std undone, `range` as black and white. */
export function inputPixels(input: Float32Array, card: InputCard): Uint8ClampedArray<ArrayBuffer> {
  const { channels, height, width, range, mean, std } = card;
  const { plane, step } = strides(card);
  const pixels = new Uint8ClampedArray(4 * height * width);
  for (let i = 0; i < height * width; i++) {
    for (let k = 0; k < 3; k++) {
      const c = channels === 1 ? 0 : k;
      const value = input[c * plane + i * step]! * (std[c] ?? std[0]!) + (mean[c] ?? mean[0]!);
      pixels[4 * i + k] = (255 * (value - range[0])) / (range[1] - range[0]);
    }
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}
