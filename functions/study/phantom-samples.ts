/** The bundled sample pictures: sample-1 … sample-6.png with sample-N-mask.png beside each. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Raster } from '../../shared/imaging/raster.ts';
import { phantomOf } from '../../shared/phantom/phantom-set.ts';
import { encodePng } from '../common/encode-png.ts';

/** Pictures of the sample split: six heads; every second has a lesion, a bright, a ring and a dark one. */
export const samplePictures: readonly number[] = [2, 19, 6, 13, 10, 5];
export const sampleSize = 256;

export async function writePhantomSamples(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [place, picture] of samplePictures.entries()) {
    const { phantom } = phantomOf('sample', picture, sampleSize);
    const name = `sample-${place + 1}`;
    await writeFile(join(folder, `${name}.png`), await encodePng(gray(phantom.image)));
    await writeFile(join(folder, `${name}-mask.png`), await encodePng(gray(phantom.mask)));
  }
}

const gray = (values: Uint8Array): Raster => ({
  width: sampleSize,
  height: sampleSize,
  channels: 1,
  data: Uint8ClampedArray.from(values),
});
