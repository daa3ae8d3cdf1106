/**
 * What a file is, by its first bytes alone. File names are not trusted: a hospital's export often mislabels.
 * Signatures: PNG (W3C PNG 5.2), JPEG (ITU-T T.81 B.1), DICOM (PS3.10 7.1), others from their own formats.
 */
export type FileKind =
  | 'png'
  | 'jpeg'
  | 'DICOM'
  | 'PDF'
  | 'ZIP'
  | 'gzip'
  | 'GIF'
  | 'WebP'
  | 'TIFF'
  | 'BMP'
  | 'JPEG 2000'
  | 'HEIF or AVIF'
  | 'HTML or XML'
  | 'text'
  | 'unknown binary';

interface Signature {
  readonly kind: FileKind;
  readonly offset: number;
  /** Latin-1: one character a byte. */
  readonly bytes: string;
}

const SIGNATURES: readonly Signature[] = [
  { kind: 'png', offset: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { kind: 'jpeg', offset: 0, bytes: '\xff\xd8\xff' },
  { kind: 'DICOM', offset: 128, bytes: 'DICM' },
  { kind: 'PDF', offset: 0, bytes: '%PDF-' },
  { kind: 'ZIP', offset: 0, bytes: 'PK\x03\x04' },
  { kind: 'ZIP', offset: 0, bytes: 'PK\x05\x06' },
  { kind: 'gzip', offset: 0, bytes: '\x1f\x8b' },
  { kind: 'GIF', offset: 0, bytes: 'GIF8' },
  { kind: 'WebP', offset: 8, bytes: 'WEBP' },
  { kind: 'TIFF', offset: 0, bytes: 'II*\x00' },
  { kind: 'TIFF', offset: 0, bytes: 'MM\x00*' },
  { kind: 'TIFF', offset: 0, bytes: 'II+\x00' },
  { kind: 'BMP', offset: 0, bytes: 'BM' },
  { kind: 'JPEG 2000', offset: 0, bytes: '\x00\x00\x00\x0cjP  ' },
  { kind: 'JPEG 2000', offset: 0, bytes: '\xff\x4f\xff\x51' },
  { kind: 'HEIF or AVIF', offset: 4, bytes: 'ftyp' },
];

const TEXT_SAMPLE = 512;

/** The kind of a file's bytes; `unknown binary` where no signature fits and it is not readable text. */
export function fileKind(bytes: Uint8Array): FileKind {
  const found = SIGNATURES.find((signature) => matches(bytes, signature));
  if (found !== undefined) return found.kind;
  if (startsWithPart10Group(bytes)) return 'DICOM';
  const sample = new TextDecoder('utf-8').decode(bytes.subarray(0, TEXT_SAMPLE));
  if (!isText(sample)) return 'unknown binary';
  return sample.trimStart().startsWith('<') ? 'HTML or XML' : 'text';
}

function matches(bytes: Uint8Array, { offset, bytes: signature }: Signature): boolean {
  if (bytes.length < offset + signature.length) return false;
  for (let i = 0; i < signature.length; i++) {
    if (bytes[offset + i] !== signature.charCodeAt(i)) return false;
  }
  return true;
}

/** DICOM without its 128-byte preamble: group 0002 or 0008, then a small element number and a VR or length. */
function startsWithPart10Group(bytes: Uint8Array): boolean {
  if (bytes.length < 12) return false;
  const group = bytes[0]! | (bytes[1]! << 8);
  const element = bytes[2]! | (bytes[3]! << 8);
  return (group === 0x0002 && element <= 0x0102) || (group === 0x0008 && element <= 0x0060);
}

/** No control characters but white space; a multi-byte character cut at the sample's end does not count. */
function isText(sample: string): boolean {
  for (const character of sample.replace(/\uFFFD$/, '')) {
    const code = character.codePointAt(0)!;
    if (code === 0xfffd || code === 0x7f || (code < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d].includes(code))) {
      return false;
    }
  }
  return sample.length > 0;
}
