/** A finished 8-bit picture for the eye: row-major, channel-interleaved, 1 = gray, 3 = RGB, 4 = RGBA (straight). */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}
