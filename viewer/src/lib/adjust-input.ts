/** The whole input made brighter, steeper or softer, before anything is painted on it. */
import { gaussianBlur } from '../../../shared/imaging/gaussian.ts';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';

export interface Adjustment {
  /** Share of the range from black to white that is added, −1 … 1. */
  readonly brightness: number;
  /** Factor around the middle gray, above 0. */
  readonly contrast: number;
  /** Standard deviation of a Gaussian, in pixels of the input. */
  readonly blur: number;
}

export const unadjusted: Adjustment = { brightness: 0, contrast: 1, blur: 0 };

/** A new input in model units; gray levels stay between black and white. */
export function adjustInput(
  input: Float32Array,
  { layout, channels, height, width, range, mean, std }: ModelCard['input'],
  { brightness, contrast, blur }: Adjustment,
): Float32Array {
  const [plane, step] = layout === 'NCHW' ? [height * width, 1] : [1, channels];
  const middle = (range[0] + range[1]) / 2;
  const added = brightness * (range[1] - range[0]);
  const out = input.slice();
  for (let c = 0; c < channels; c++) {
    const [m, s] = [mean[c] ?? mean[0]!, std[c] ?? std[0]!];
    const values = Float32Array.from({ length: height * width }, (_, i) => input[c * plane + i * step]!);
    const soft = blur > 0 ? gaussianBlur(values, height, width, blur, 'reflect') : values;
    for (let i = 0; i < values.length; i++) {
      const gray = soft[i]! * s + m;
      const next = (gray - middle) * contrast + middle + added;
      const unchanged = brightness === 0 && contrast === 1;
      out[c * plane + i * step] = unchanged
        ? soft[i]!
        : (Math.max(range[0], Math.min(range[1], next)) - m) / s;
    }
  }
  return out;
}
