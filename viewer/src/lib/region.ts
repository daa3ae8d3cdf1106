/** Regions of interest: rectangles in source pixels, and what image and maps say inside them. */
import type { AttributionMap } from './attribution-map.ts';
import type { Placement } from './draw-panel.ts';
import type { Picture } from './load-picture.ts';
import type { Region } from './stage.ts';
import type { Extent, Point } from './viewport.ts';

export interface RegionFigures {
  /** Map pixels whose center lies inside. */
  readonly pixels: number;
  readonly mean: number;
  /** Standard deviation over those pixels (divided by their number). */
  readonly deviation: number;
  /** Share of the whole map's Σ |value| that lies inside, 0 … 1; 0 for an all-zero map. */
  readonly share: number;
}

/** The rectangle between two corners, inside the image; null where it is thinner than a pixel. */
export function regionBetween(from: Point, to: Point, image: Extent): Region | null {
  const clamp = (value: number, high: number) => Math.round(Math.max(0, Math.min(high, value)));
  const left = clamp(Math.min(from.x, to.x), image.width);
  const right = clamp(Math.max(from.x, to.x), image.width);
  const top = clamp(Math.min(from.y, to.y), image.height);
  const bottom = clamp(Math.max(from.y, to.y), image.height);
  return right - left < 1 || bottom - top < 1 ? null : [left, top, right, bottom];
}

/** Figures of a map inside a region; null where no pixel center is inside. */
export function regionFigures(
  map: AttributionMap,
  placement: Placement,
  region: Region,
): RegionFigures | null {
  const [left, top, right, bottom] = region;
  const { width, height, values } = map;
  let [pixels, sum, squares, magnitude, total] = [0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    total += Math.abs(value);
    const x = placement.x + (((i % width) + 0.5) / width) * placement.width;
    const y = placement.y + ((Math.floor(i / width) + 0.5) / height) * placement.height;
    if (x < left || x >= right || y < top || y >= bottom) continue;
    pixels++;
    sum += value;
    squares += value * value;
    magnitude += Math.abs(value);
  }
  if (pixels === 0) return null;
  const mean = sum / pixels;
  const deviation = Math.sqrt(Math.max(0, squares / pixels - mean * mean));
  return { pixels, mean, deviation, share: total > 0 ? magnitude / total : 0 };
}

/** Mean and standard deviation of the displayed gray levels (0 … 255; of RGB their mean) inside a region. */
export function imageFigures(
  picture: Picture,
  image: Extent,
  region: Region,
): Pick<RegionFigures, 'mean' | 'deviation'> {
  const [sx, sy] = [picture.width / image.width, picture.height / image.height];
  const ends = (from: number, to: number, scale: number) => {
    const first = Math.floor(from * scale);
    return [first, Math.max(first + 1, Math.floor(to * scale))] as const;
  };
  const [left, right] = ends(region[0], region[2], sx);
  const [top, bottom] = ends(region[1], region[3], sy);
  let [sum, squares] = [0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = 4 * (y * picture.width + x);
      const gray = (picture.pixels[at]! + picture.pixels[at + 1]! + picture.pixels[at + 2]!) / 3;
      sum += gray;
      squares += gray * gray;
    }
  }
  const pixels = (right - left) * (bottom - top);
  const mean = sum / pixels;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / pixels - mean * mean)) };
}

/** Area in mm²; null where the file does not say how large a pixel is. `spacing` is [row, column] in mm. */
export function regionArea(region: Region, spacing: readonly [number, number] | null): number | null {
  const [left, top, right, bottom] = region;
  return spacing ? (right - left) * (bottom - top) * spacing[0] * spacing[1] : null;
}
