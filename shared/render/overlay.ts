/**
 * An RGBA layer over a picture: out = (1 − a) · base + a · layer, a = layer alpha · opacity (Porter and Duff
 * 1984, `over` on an opaque base). The layer is enlarged without smoothing: one map value stays one square.
 */
import type { Raster } from '../imaging/raster.ts';
import type { Rectangle } from '../imaging/resize.ts';

export interface OverlayOptions {
  /** The rectangle of the base, in its pixels, that the layer covers; all of it by default. */
  readonly covered?: Rectangle;
  /** 0 to 1; default 0.6. */
  readonly opacity?: number;
}

/** A new RGB picture of the base's size; outside `covered` it is the base alone. */
export function overlay(base: Raster, layer: Raster, options: OverlayOptions = {}): Raster {
  const { opacity = 0.6, covered = { x: 0, y: 0, width: base.width, height: base.height } } = options;
  const data = new Uint8ClampedArray(base.width * base.height * 3);
  for (let y = 0; y < base.height; y++) {
    const row = Math.floor(((y + 0.5 - covered.y) / covered.height) * layer.height);
    for (let x = 0; x < base.width; x++) {
      const column = Math.floor(((x + 0.5 - covered.x) / covered.width) * layer.width);
      const inside = row >= 0 && row < layer.height && column >= 0 && column < layer.width;
      const at = inside ? (row * layer.width + column) * layer.channels : -1;
      blendPixel(data, base, y * base.width + x, layer, at, opacity);
    }
  }
  return { width: base.width, height: base.height, channels: 3, data };
}

function blendPixel(
  out: Uint8ClampedArray,
  base: Raster,
  pixel: number,
  layer: Raster,
  at: number,
  opacity: number,
): void {
  const alpha = at < 0 ? 0 : opacity * (layer.channels === 4 ? layer.data[at + 3]! / 255 : 1);
  for (let c = 0; c < 3; c++) {
    const below = base.data[pixel * base.channels + (base.channels === 1 ? 0 : c)]!;
    const above = at < 0 ? 0 : layer.data[at + (layer.channels === 1 ? 0 : c)]!;
    out[pixel * 3 + c] = (1 - alpha) * below + alpha * above;
  }
}
