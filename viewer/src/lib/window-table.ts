/**
 * Window and level of the displayed image (DICOM PS3.3 C.11.2.1.2, in gray levels of the 8-bit rendering):
 * `low` becomes black, `high` white, linear between.
 */
import type { View } from './view.ts';

/** 256 gray levels for 256 gray levels. */
export function windowTable(view: Pick<View, 'window' | 'inverted'>): Uint8ClampedArray {
  const [low, high] = view.window;
  return Uint8ClampedArray.from({ length: 256 }, (_, gray) => {
    const shown = (255 * (gray - low)) / (high - low);
    return view.inverted ? 255 - shown : shown;
  });
}

/** RGBA `pixels` through the table, as a new array; opacity is kept. */
export function windowed(
  pixels: Uint8ClampedArray,
  table: Uint8ClampedArray,
): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(pixels);
  for (let i = 0; i < out.length; i += 4) {
    for (let k = 0; k < 3; k++) out[i + k] = table[pixels[i + k]!]!;
  }
  return out;
}
