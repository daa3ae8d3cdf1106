/**
 * One single-frame DICOM image -> its rendering as a source image: rescaled, windowed as the file says (its first VOI
 * window or table, else the range of its values), MONOCHROME1 turned so that more signal is brighter, 8 bits a sample.
 * DICOM PS3.3 C.7.6.3 (image pixel), C.11.1 and C.11.2 (modality and VOI LUT), PS3.5 annex A (transfer syntaxes),
 * read by dcmjs-imaging with its native codecs. Its log is silenced: it would repeat tag values.
 */
import imaging from 'dcmjs-imaging';
import { CxaiError, PermanentFault } from '../../shared/errors.ts';
import type { SourceImage } from '../../shared/imaging/source-image.ts';

const { DicomImage, NativePixelDecoder, log } = imaging;

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
  log.setLevel('silent');
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
  requireWhole(elements, image.getTransferSyntaxUid());
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

/** Uncompressed pixel data must have every sample: the library would fill the rest with zeros. */
function requireWhole(elements: Record<string, unknown>, transferSyntax: string): void {
  const uncompressed = [
    '1.2.840.10008.1.2',
    '1.2.840.10008.1.2.1',
    '1.2.840.10008.1.2.2',
    '1.2.840.10008.1.2.1.99',
  ];
  if (!uncompressed.includes(transferSyntax)) return;
  const { Rows, Columns, SamplesPerPixel = 1, BitsAllocated, PixelData } = elements as Record<string, number>;
  const expected = Math.floor((Rows! * Columns! * SamplesPerPixel! * BitsAllocated!) / 8);
  const stored = (PixelData as unknown as readonly ArrayBuffer[]).reduce(
    (sum, part) => sum + part.byteLength,
    0,
  );
  if (stored < expected) throw fault('dicom-truncated', `${expected} bytes of pixels`, `${stored}`);
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
