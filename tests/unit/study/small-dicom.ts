/** A DICOM file of one gray 16-bit image, explicit little endian, with the tags a test gives. */
export interface SmallDicom {
  readonly rows: number;
  readonly columns: number;
  readonly pixels: readonly number[];
  readonly photometric?: 'MONOCHROME1' | 'MONOCHROME2';
  readonly slope?: number;
  readonly intercept?: number;
  readonly window?: readonly [center: number, width: number];
  readonly patientId?: string;
  readonly frames?: number;
}

const LONG = ['OB', 'OW', 'SQ', 'UN', 'UT'];

function element(group: number, number: number, vr: string, value: Buffer | string): Buffer {
  const body = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const filler = body.length % 2 === 0 ? '' : vr === 'UI' ? '\0' : ' ';
  const padded = Buffer.concat([body, Buffer.from(filler, 'latin1')]);
  const head = Buffer.alloc(LONG.includes(vr) ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  if (LONG.includes(vr)) head.writeUInt32LE(padded.length, 8);
  else head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, padded]);
}

const words = (...values: number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);

export function smallDicom(image: SmallDicom): Buffer {
  const { rows, columns, pixels, photometric = 'MONOCHROME2', slope = 1, intercept = 0, window } = image;
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 0x0002, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
    element(0x0002, 0x0003, 'UI', '1.2.3.4'),
    element(0x0002, 0x0010, 'UI', '1.2.840.10008.1.2.1'),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', length),
    meta,
    element(0x0008, 0x0060, 'CS', 'MR'),
    element(0x0010, 0x0020, 'LO', image.patientId ?? ''),
    element(0x0028, 0x0002, 'US', words(1)),
    element(0x0028, 0x0004, 'CS', photometric),
    ...(image.frames ? [element(0x0028, 0x0008, 'IS', String(image.frames))] : []),
    element(0x0028, 0x0010, 'US', words(rows)),
    element(0x0028, 0x0011, 'US', words(columns)),
    element(0x0028, 0x0100, 'US', words(16)),
    element(0x0028, 0x0101, 'US', words(12)),
    element(0x0028, 0x0102, 'US', words(11)),
    element(0x0028, 0x0103, 'US', words(0)),
    ...(window
      ? [element(0x0028, 0x1050, 'DS', String(window[0])), element(0x0028, 0x1051, 'DS', String(window[1]))]
      : []),
    element(0x0028, 0x1052, 'DS', String(intercept)),
    element(0x0028, 0x1053, 'DS', String(slope)),
    element(0x7fe0, 0x0010, 'OW', words(...pixels)),
  ]);
}
