/**
 * One single-frame DICOM image -> its rendering as a source image: rescaled, windowed as the file says (its first VOI
 * window or table, else the range of its values), MONOCHROME1 turned so that more signal is brighter, 8 bits a sample.
 * DICOM PS3.3 C.7.6.3 (image pixel), C.11.1 and C.11.2 (modality and VOI LUT), PS3.5 annex A (transfer syntaxes),
 * read by dcmjs-imaging with its native codecs.
 */
import { createRequire } from 'node:module';
import imaging from 'dcmjs-imaging';
import { CxaiError, PermanentFault } from '../../shared/errors.ts';
import type { SourceImage } from '../../shared/imaging/source-image.ts';

const { DicomImage, NativePixelDecoder, log } = imaging;

interface Logger {
  setLevel(level: 'silent'): void;
}
/** The copy of dcmjs that dcmjs-imaging reads with. */
const dcmjs = createRequire(import.meta.url)('dcmjs') as {
  readonly log: Logger & { getLoggers(): Readonly<Record<string, Logger>> };
};

/** Their logs would repeat values of tags, and so of patients. */
function silence(): void {
  for (const logger of [log, dcmjs.log, ...Object.values(dcmjs.log.getLoggers())]) logger.setLevel('silent');
}

const MAX_PIXELS = 100_000_000;
/** PS3.3 C.7.6.3.1.2. */
const GRAY = ['MONOCHROME1', 'MONOCHROME2'];

export interface DecodedDicom {
  readonly source: SourceImage<'dicom'>;
  /** (0010,0020), identifiable: never to be written anywhere. Null where absent or empty. */
  readonly patientId: string | null;
}

/** Throws PermanentFault: `dicom-invalid`, `dicom-no-image`, `dicom-frames`, `dicom-truncated`, `dicom-unsupported`. */
export async function decodeDicom(bytes: Uint8Array): Promise<DecodedDicom> {
  silence();
  if (!NativePixelDecoder.isInitialized()) await NativePixelDecoder.initializeAsync();
  try {
    return render(bytes);
  } catch (cause) {
    if (cause instanceof CxaiError) throw cause;
    throw fault('dicom-invalid', 'a DICOM file to the standard', 'one that cannot be read', cause);
  }
}

function render(bytes: Uint8Array): DecodedDicom {
  const image = new DicomImage(Uint8Array.from(bytes).buffer);
  const elements = image.getElements();
  const [width, height, frames] = [image.getWidth(), image.getHeight(), image.getNumberOfFrames()];
  if (elements.PixelData === undefined || !(width > 0) || !(height > 0)) {
    throw fault('dicom-no-image', 'an image', 'a file without 8- or 16-bit pixels');
  }
  if (frames > 1) throw fault('dicom-frames', 'one frame', `${frames} frames`);
  if (width * height > MAX_PIXELS) {
    throw fault('dicom-unsupported', `at most ${MAX_PIXELS} pixels`, `${width} by ${height}`);
  }
  requireWhole(bytes, image.getTransferSyntaxUid());
  requireSamples(elements, image.getTransferSyntaxUid());
  const gray = GRAY.includes(String(elements.PhotometricInterpretation));
  const rgba = new Uint8Array(image.render({ renderOverlays: false, calculateHistograms: false }).pixels);
  const channels = gray ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      data[pixel * channels + channel] = rgba[4 * pixel + channel]!;
    }
  }
  const patientId = typeof elements.PatientID === 'string' ? elements.PatientID.trim() : '';
  return {
    source: {
      width,
      height,
      channels,
      bitDepth: 8,
      data,
      format: 'dicom',
      spacing: spacingOf(elements),
      warnings: [],
    },
    patientId: patientId === '' ? null : patientId,
  };
}

/** Uncompressed pixel data must hold every sample. */
function requireSamples(elements: Record<string, unknown>, transferSyntax: string): void {
  if (!['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', BIG_ENDIAN, DEFLATED].includes(transferSyntax)) return;
  const { Rows, Columns, SamplesPerPixel = 1, BitsAllocated } = elements as Record<string, number>;
  const expected = Math.floor((Rows! * Columns! * SamplesPerPixel! * BitsAllocated!) / 8);
  const parts = elements.PixelData as readonly ArrayBuffer[];
  const stored = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (stored < expected) throw fault('dicom-truncated', `${expected} bytes of pixels`, String(stored));
}

const DEFLATED = '1.2.840.10008.1.2.1.99';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const UNDEFINED_LENGTH = 0xffffffff;

/**
 * The pixel data element, (7FE0,0010) and usually the last, must lie in the file as long as it says, or end in a
 * sequence delimiter where it is encapsulated (PS3.5 7.1, A.4): the library would fill what is missing with zeros.
 */
function requireWhole(bytes: Uint8Array, transferSyntax: string): void {
  // Inside the deflated stream, whose own check sum tells.
  if (transferSyntax === DEFLATED) return;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const big = transferSyntax === BIG_ENDIAN;
  const tag = file.lastIndexOf(Buffer.from(big ? [0x7f, 0xe0, 0x00, 0x10] : [0xe0, 0x7f, 0x10, 0x00]));
  if (tag < 0 || tag + 12 > file.length) throw fault('dicom-truncated', 'a whole file', 'one cut short');
  const explicit = /^(OW|OB)$/.test(file.toString('latin1', tag + 4, tag + 6));
  const at = tag + (explicit ? 8 : 4);
  const length = big ? file.readUInt32BE(at) : file.readUInt32LE(at);
  const whole =
    length === UNDEFINED_LENGTH
      ? file.indexOf(Buffer.from([0xfe, 0xff, 0xdd, 0xe0]), at) >= 0
      : at + 4 + length <= file.length;
  if (!whole) throw fault('dicom-truncated', 'a whole file', 'one that ends within its pixels');
}

/** (0028,0030), millimetres, [row, column]. */
function spacingOf({ PixelSpacing }: Record<string, unknown>): [number, number] | null {
  if (!Array.isArray(PixelSpacing) || PixelSpacing.length !== 2) return null;
  const [row, column] = PixelSpacing.map(Number) as [number, number];
  return row > 0 && column > 0 ? [row, column] : null;
}

function fault(code: string, expected: string, got: string, cause?: unknown): PermanentFault {
  return new PermanentFault(`decodeDicom: expected ${expected}, got ${got}`, {
    code,
    remedy: 'Export the image again as an uncompressed single-frame DICOM file, or as 16-bit PNG.',
    cause,
  });
}
