/** An 8-bit image, row-major [height, width, channels]. Information curves measure what such images tell. */
export interface GrayLevelImage {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array;
}
