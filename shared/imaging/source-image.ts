/**
 * A decoded image as it lies in its file: stored values, nothing scaled, windowed or converted.
 *
 * `data` is row-major and channel-interleaved (y, x, c). A gray image that its file stores as RGB stays RGB:
 * what to do with three equal channels is the model card's decision, not the decoder's.
 */
export interface SourceImage<Format extends string = 'png' | 'jpeg'> {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** 8: Uint8Array, 0..255. 16: Uint16Array, 0..65535. */
  readonly bitDepth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
  readonly format: Format;
  /**
   * Millimetres per pixel in the patient, [row, column]. Always null for PNG and JPEG: their density fields
   * (pHYs, JFIF, Exif) say how large to *print* (72 and 96 dpi by habit), never how large the anatomy is.
   */
  readonly spacing: readonly [number, number] | null;
  /** What a reader of the result must know about how the file was taken in; never file names or tags. */
  readonly warnings: readonly string[];
}
