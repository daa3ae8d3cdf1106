/**
 * Bokeh image: known pixels as they are, all others by linear interpolation over the Delaunay triangulation of
 * the known ones. The four corners are always known. Kapishnikov et al. 2019 (XRAI), section 4.2.
 *
 * The triangulation of points on a grid is not unique, so two implementations differ by a gray level or two.
 */
import Delaunator from 'delaunator';
import type { GrayLevelImage } from './gray-levels.ts';

/** A new image; `known` [H, W] is 1 where a pixel is given. */
export function bokehImage(image: GrayLevelImage, known: Uint8Array): GrayLevelImage {
  const { height, width, channels } = image;
  const given = known.slice();
  for (const corner of [0, width - 1, (height - 1) * width, height * width - 1]) given[corner] = 1;
  const points = Uint32Array.from(given.keys()).filter((p) => given[p]);
  const data = fillWithMeans(image, given);
  if (points.length < height * width && height > 1 && width > 1) {
    const coordinates = new Float64Array(2 * points.length);
    points.forEach((p, i) => {
      coordinates[2 * i] = p % width;
      coordinates[2 * i + 1] = Math.floor(p / width);
    });
    const { triangles } = new Delaunator(coordinates);
    for (let t = 0; t < triangles.length; t += 3) {
      const corners = [
        points[triangles[t]!]!,
        points[triangles[t + 1]!]!,
        points[triangles[t + 2]!]!,
      ] as const;
      fillTriangle(image, data, given, corners);
    }
  }
  return { height, width, channels, data };
}

/** Known pixels as they are; the rest the mean of their channel. */
function fillWithMeans({ channels, data }: GrayLevelImage, given: Uint8Array): Uint8Array {
  const means = Array.from({ length: channels }, (_, c) => {
    let sum = 0;
    for (let i = c; i < data.length; i += channels) sum += data[i]!;
    return (sum * channels) / data.length;
  });
  return data.map((value, i) =>
    given[Math.floor(i / channels)] ? value : roundHalfEven(means[i % channels]!),
  );
}

/** Writes the unknown pixels inside or on the border of a triangle of known pixels. */
function fillTriangle(
  { width, channels, data }: GrayLevelImage,
  out: Uint8Array,
  given: Uint8Array,
  [a, b, c]: readonly [number, number, number],
): void {
  const x = [a % width, b % width, c % width] as const;
  const y = [Math.floor(a / width), Math.floor(b / width), Math.floor(c / width)] as const;
  const area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
  if (area === 0) return;
  for (let row = Math.min(...y); row <= Math.max(...y); row++) {
    for (let column = Math.min(...x); column <= Math.max(...x); column++) {
      const pixel = row * width + column;
      if (given[pixel]) continue;
      const toB = ((column - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (row - y[0])) / area;
      const toC = ((x[1] - x[0]) * (row - y[0]) - (column - x[0]) * (y[1] - y[0])) / area;
      if (toB < 0 || toC < 0 || toB + toC > 1 + 1e-12) continue;
      for (let k = 0; k < channels; k++) {
        const atA = data[a * channels + k]!;
        const value = atA + toB * (data[b * channels + k]! - atA) + toC * (data[c * channels + k]! - atA);
        out[pixel * channels + k] = roundHalfEven(value);
      }
    }
  }
}

/** To the nearest whole number, halves to the even one. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
