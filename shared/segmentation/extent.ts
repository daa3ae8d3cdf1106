/** Size of an image or plane in pixels. */
export interface Extent {
  readonly height: number;
  readonly width: number;
}
