/** A small gray picture that differs for every seed: a bright disk on a gradient with a few seeded specks. */
import { xoshiro } from '../../shared/attribution/noise/xoshiro.ts';
import type { Raster } from '../../shared/imaging/raster.ts';

export function seededPicture(seed: number, size = 128): Raster {
  const data = new Uint8ClampedArray(size * size);
  const source = xoshiro(seed);
  const random = () => source.uniform();
  const [cx, cy, radius] = [0.3 + 0.4 * random(), 0.3 + 0.4 * random(), 0.05 + 0.1 * random()];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const inside = Math.hypot(x / size - cx, y / size - cy) < radius;
      data[y * size + x] = 40 + (60 * x) / size + (inside ? 120 : 0) + 20 * random();
    }
  }
  return { width: size, height: size, channels: 1, data };
}
