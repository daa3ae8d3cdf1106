import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeDicom } from '../../../functions/common/decode-dicom.ts';
import { encodePng } from '../../../functions/common/encode-png.ts';
import { type PreparationOptions, prepareStudyData } from '../../../functions/study/prepare-data.ts';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { splitSchema, studyDataSpecSchema } from '../../../shared/manifest/study.ts';
import { studyPixelsKey } from '../../../shared/manifest/study-keys.ts';
import { smallDicom } from './small-dicom.ts';

const base = mkdtempSync(join(tmpdir(), 'cxai-data-'));
afterAll(() => rmSync(base, { recursive: true }));

const write = (path: string, bytes: Uint8Array | string): void => {
  mkdirSync(join(base, path, '..'), { recursive: true });
  writeFileSync(join(base, path), bytes);
};
/** 8 × 8 cells of random gray: no two seeds are near-duplicates. */
function picture(seed: number): Promise<Uint8Array> {
  const { below } = xoshiro(seed);
  const cells = Array.from({ length: 64 }, () => below(256));
  const cellOf = (i: number): number => 8 * Math.floor(i / 48 / 6) + Math.floor((i % 48) / 6);
  const data = Uint8ClampedArray.from({ length: 48 * 48 }, (_, i) => cells[cellOf(i)]!);
  return encodePng({ width: 48, height: 48, channels: 1, data });
}
const ramp = Array.from({ length: 64 }, (_, i) => 16 * i);

async function writeSet(folder: string): Promise<void> {
  for (let n = 0; n < 12; n++) {
    write(`${folder}/${n % 2 === 0 ? 'no' : 'yes'}/p${Math.floor(n / 4)}-${n}.png`, await picture(n));
  }
  write(`${folder}/yes/copy of 1.png`, await picture(1));
  write(`${folder}/yes/slice.dcm`, smallDicom({ rows: 8, columns: 8, pixels: ramp, patientId: 'DOE^JANE' }));
  write(`${folder}/no/cut.png`, (await picture(0)).subarray(0, 200));
  write(`${folder}/no/notes.txt`, 'not an image');
  write(`${folder}/no/.hidden.png`, 'ignored');
}

const specOf = (folder: string, changes: object = {}) => ({
  data: studyDataSpecSchema.parse({
    folder,
    classes: { no: ['no'], yes: ['yes'] },
    input: { side: 16 },
    ...changes,
  }),
  split: splitSchema.parse({ train: 0.6, validation: 0.4, test: 0 }),
});

function prepare(folder: string, changes: object = {}, options: Partial<PreparationOptions> = {}) {
  return prepareStudyData(specOf(folder, changes), { base, out: join(base, `out-${folder}`), ...options });
}

describe('prepareStudyData', () => {
  it('takes PNG and DICOM, tells and counts what it cannot read, and writes no name anywhere', async () => {
    await writeSet('set');
    const told: string[] = [];
    const data = await prepare('set', {}, { onUnreadable: (path) => told.push(path) });
    expect(data.images).toHaveLength(14);
    expect(data.unreadable).toEqual({ 'image-truncated': 1, 'image-format': 1 });
    expect(told.map((path) => path.split('/').at(-1)).sort()).toEqual(['cut.png', 'notes.txt']);
    expect(data.duplicateGroups).toBe(1);
    const pixels = readFileSync(join(base, 'out-set', studyPixelsKey(data.digest)));
    expect(pixels).toHaveLength(14 * 4 * 16 * 16);
    for (const file of readdirSync(join(base, 'out-set'), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const text = readFileSync(join(file.parentPath, file.name), 'latin1');
      expect(text).not.toMatch(/DOE|\.png|\.dcm|copy of/);
    }
  });

  it('decodes nothing the second time, and makes the same data of renamed files', async () => {
    let decoded = 0;
    const again = await prepare('set', {}, { onProgress: () => decoded++ });
    expect(decoded).toBe(0);
    for (let n = 0; n < 12; n++)
      write(`renamed/${n % 2 === 0 ? 'no' : 'yes'}/${11 - n}.png`, await picture(n));
    write('renamed/yes/z.png', await picture(1));
    write('renamed/yes/y', smallDicom({ rows: 8, columns: 8, pixels: ramp }));
    expect((await prepare('renamed')).digest).toBe(again.digest);
  });

  it('keeps images together whose names tell one patient', async () => {
    const data = await prepare('set', { patientPattern: '^(p\\d)-' });
    expect(data.groups).toBe(3 + 1);
    await expect(prepare('set', { folder: 'nowhere' })).rejects.toMatchObject({ code: 'study-folder' });
    expect(studyDataSpecSchema.safeParse({ ...specOf('set').data, patientPattern: 'no group' }).success).toBe(
      false,
    );
  });

  it('refuses data in which a class cannot be learned', async () => {
    write('one/no/a.png', await picture(1));
    write('one/yes/b.png', await picture(2));
    await expect(prepare('one')).rejects.toMatchObject({ code: 'study-class-empty' });
  });
});

describe('decodeDicom', () => {
  const decode = (changes: object = {}) =>
    decodeDicom(smallDicom({ rows: 8, columns: 8, pixels: ramp, ...changes }));

  it('rescales and windows as the file says', async () => {
    // Values 2·16·i − 100; a window of center 400 and width 400 shows 200 … 600 as black … white.
    const { source } = await decode({ slope: 2, intercept: -100, window: [400, 400] });
    const shown = ramp.map((value) => Math.min(255, Math.max(0, ((2 * value - 100 - 200) / 400) * 255)));
    const worst = Math.max(...Array.from(source.data, (value, i) => Math.abs(value - shown[i]!)));
    expect(worst).toBeLessThanOrEqual(1.5);
  });

  it('turns MONOCHROME1 so that more signal is brighter on a MONOCHROME2 screen', async () => {
    const { source } = await decode({ photometric: 'MONOCHROME1', window: [512, 1024] });
    expect(source.data[0]).toBeGreaterThan(250);
    expect(source.data[63]).toBeLessThan(10);
  });

  it.each([
    ['dicom-frames', { frames: 3, pixels: [...ramp, ...ramp, ...ramp] }],
    ['dicom-truncated', { pixels: ramp.slice(0, 40) }],
  ])('refuses: %s', async (code, changes) => {
    await expect(decode(changes)).rejects.toMatchObject({ code, permanent: true });
  });

  const real = new URL('../../../../shared/data/dicom/', import.meta.url).pathname;
  it.skipIf(!existsSync(real))(
    'reads real files of every transfer syntax it claims (skipped without the data)',
    async () => {
      const of = async (file: string) => (await decodeDicom(readFileSync(join(real, file)))).source;
      const files = readdirSync(join(real, 'transfer_syntax')).filter((file) => file.startsWith('CTImage'));
      const images = await Promise.all(files.map((file) => of(`transfer_syntax/${file}`)));
      expect(images.length).toBeGreaterThan(3);
      for (const { data } of images) expect(data).toEqual(images[0]!.data);
      await expect(of('broken_odd/MR_truncated.dcm')).rejects.toMatchObject({ code: 'dicom-truncated' });
      await expect(of('broken_odd/emri_small_jpeg_2k_lossless_too_short.dcm')).rejects.toThrow();
      await expect(of('broken_odd/no-meta-length-test.dcm')).rejects.toMatchObject({
        code: 'dicom-no-image',
      });
    },
  );
});
