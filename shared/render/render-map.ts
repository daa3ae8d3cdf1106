/**
 * [H, W] raw attribution -> RGBA picture. The color carries the value; opacity only says whether and, on a
 * diverging scale, how far a pixel is from zero. Zero, NaN and an all-zero map are fully transparent.
 */
import type { Raster } from '../imaging/raster.ts';
import type { Tensor32 } from '../tensor/tensor.ts';
import { type ColorTable, type ColorTableName, colorTable } from './color-tables.ts';
import { type DisplayScale, positionOn, type ScaleOptions, scaleFor } from './display-scale.ts';

export interface RenderOptions extends ScaleOptions {
  /** A shared scale; by default one of this map alone. */
  readonly scale?: DisplayScale;
  /** Default: inferno for sequential, PuOr for diverging scales. */
  readonly table?: ColorTableName;
  /**
   * `constant`: opaque wherever the value is shown. `proportional`: opacity |value| / limit, so that the pale
   * middle of a diverging table does not fog the image below. Default: proportional for diverging scales.
   */
  readonly opacity?: 'constant' | 'proportional';
  /** Values of smaller magnitude are not shown; 0 shows all but zero itself. */
  readonly threshold?: number;
}

/** `signed` chooses the kind of scale where none is given. Returns straight (not premultiplied) RGBA. */
export function renderMap(map: Tensor32, signed: boolean, options: RenderOptions = {}): Raster {
  const [height, width] = map.shape as [number, number];
  const { threshold = 0, limit = 'extremes' } = options;
  const scale = options.scale ?? scaleFor([map.data], signed ? 'diverging' : 'sequential', { limit });
  const diverging = scale.kind === 'diverging';
  const table = colorTable(options.table ?? (diverging ? 'puor' : 'inferno'));
  const opacity = options.opacity ?? (diverging ? 'proportional' : 'constant');
  const data = new Uint8ClampedArray(map.data.length * 4);
  map.data.forEach((value, i) => {
    if (!isShown(value, scale, threshold)) return;
    const position = positionOn(scale, value);
    paint(data, i * 4, table, position);
    const strength = diverging ? Math.abs(2 * position - 1) : position;
    data[i * 4 + 3] = opacity === 'constant' ? 255 : 255 * strength;
  });
  return { width, height, channels: 4, data };
}

function isShown(value: number, { kind, limit }: DisplayScale, threshold: number): boolean {
  if (limit <= 0 || Number.isNaN(value)) return false;
  const magnitude = kind === 'diverging' ? Math.abs(value) : value;
  return magnitude > 0 && magnitude >= threshold;
}

function paint(data: Uint8ClampedArray, at: number, table: ColorTable, position: number): void {
  const entry = Math.round(position * 255) * 3;
  data[at] = table[entry]!;
  data[at + 1] = table[entry + 1]!;
  data[at + 2] = table[entry + 2]!;
}

/**
 * The threshold that shows the strongest `fraction` (0..1) of the pixels by magnitude: the value of rank
 * ⌈fraction · n⌉. Infinity for 0, so nothing is shown.
 */
export function topThreshold(map: Tensor32, fraction: number): number {
  const count = Math.ceil(fraction * map.data.length);
  if (count <= 0) return Number.POSITIVE_INFINITY;
  const sorted = map.data.map((value) => (Number.isNaN(value) ? 0 : Math.abs(value))).sort();
  return sorted[Math.max(0, sorted.length - count)]!;
}
