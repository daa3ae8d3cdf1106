/**
 * Seeded augmentation of one model input: flips, a small turn, zoom and shift (one affine map, bilinear), then
 * contrast and brightness. What moves in from outside is black. The class stays the same, so choose what the
 * anatomy allows: a chest is not flipped, since the heart is on the left.
 */
import type { UniformSource } from '../attribution/noise/xoshiro.ts';
import type { Augmentation } from '../manifest/study.ts';

export interface PixelRange {
  /** Model input of a black and of a white pixel. */
  readonly black: number;
  readonly white: number;
}

/** True where an image comes out as it is. */
export function isIdentity(augmentation: Augmentation): boolean {
  return Object.values(augmentation).every((value) => value === false || value === 0);
}

/** Writes the changed image [C, S, S] to `out`; always draws the same count of numbers. */
export function augmentInto(
  out: Float32Array,
  image: Float32Array,
  [channels, side]: readonly [number, number, number],
  augmentation: Augmentation,
  range: PixelRange,
  random: UniformSource,
): void {
  const map = drawMap(augmentation, side, random);
  const within = (limit: number): number => limit * (2 * random.uniform() - 1);
  const gain = 1 + within(augmentation.contrast);
  const lift = within(augmentation.brightness) * (range.white - range.black);
  const plane = side * side;
  for (let channel = 0; channel < channels; channel++) {
    const from = image.subarray(channel * plane, (channel + 1) * plane);
    resampleInto(out.subarray(channel * plane, (channel + 1) * plane), from, side, map, range.black);
  }
  if (gain === 1 && lift === 0) return;
  for (let i = 0; i < channels * plane; i++) {
    const value = range.black + (out[i]! - range.black) * gain + lift;
    out[i] = Math.min(range.white, Math.max(range.black, value));
  }
}

/** Source position of an output pixel: x′ = xx·x + xy·y + x0, y′ = yx·x + yy·y + y0. */
interface AffineMap {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

function drawMap(augmentation: Augmentation, side: number, random: UniformSource): AffineMap {
  const within = (limit: number): number => limit * (2 * random.uniform() - 1);
  const mirrorX = random.uniform() < 0.5 && augmentation.flipHorizontal ? -1 : 1;
  const mirrorY = random.uniform() < 0.5 && augmentation.flipVertical ? -1 : 1;
  const angle = (within(augmentation.rotation) * Math.PI) / 180;
  const scale = 1 / (1 + within(augmentation.zoom));
  const dx = Math.round(within(augmentation.shift) * side);
  const dy = Math.round(within(augmentation.shift) * side);
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  const [xx, xy, yx, yy] = [mirrorX * cos, -mirrorX * sin, mirrorY * sin, mirrorY * cos];
  const center = (side - 1) / 2;
  const x0 = center - xx * (center + dx) - xy * (center + dy);
  const y0 = center - yx * (center + dx) - yy * (center + dy);
  return { xx, xy, x0, yx, yy, y0 };
}

function resampleInto(
  out: Float32Array,
  from: Float32Array,
  side: number,
  { xx, xy, x0, yx, yy, y0 }: AffineMap,
  black: number,
): void {
  const at = (column: number, row: number): number =>
    column >= 0 && row >= 0 && column < side && row < side ? from[row * side + column]! : black;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = xx * column + xy * row + x0;
      const y = yx * column + yy * row + y0;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [u, v] = [x - left, y - top];
      const upper = u === 0 ? at(left, top) : (1 - u) * at(left, top) + u * at(left + 1, top);
      const lower =
        v === 0 ? 0 : u === 0 ? at(left, top + 1) : (1 - u) * at(left, top + 1) + u * at(left + 1, top + 1);
      out[row * side + column] = v === 0 ? upper : (1 - v) * upper + v * lower;
    }
  }
}
