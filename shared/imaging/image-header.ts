/**
 * What the header readers tell before a single pixel is decoded: enough to refuse a picture bomb, a file cut
 * short or a variant that we do not read.
 */
import { PermanentFault } from '../errors.ts';

export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of one stored sample: 1, 2, 4, 8, 12 or 16. */
  readonly sampleBits: number;
  /** Stored samples per pixel, before a palette is expanded: 1 to 4. */
  readonly samples: number;
  /** False where the end mark (IEND, EOI) is missing: the file was cut short. */
  readonly complete: boolean;
  /** Frames that the file announces; 1 for a still picture. */
  readonly frames: number;
  /** A name for a coding that decoders here do not read (`lossless`, `arithmetic`), else null. */
  readonly unsupported: string | null;
}

const REMEDY_RESEND = 'Export or copy the file again; it was probably cut short or damaged in transfer.';

/** The fault for a file that ends too early. `what` names the missing part. */
export function truncated(what: string, cause?: unknown): PermanentFault {
  return new PermanentFault(`decodeImage: expected a whole image, got a file that ends before ${what}`, {
    code: 'image-truncated',
    remedy: REMEDY_RESEND,
    cause,
  });
}

/** The fault for a file whose parts contradict each other or its check sums. */
export function corrupt(what: string, cause?: unknown): PermanentFault {
  return new PermanentFault(`decodeImage: expected an intact image, got ${what}`, {
    code: 'image-corrupt',
    remedy: REMEDY_RESEND,
    cause,
  });
}
