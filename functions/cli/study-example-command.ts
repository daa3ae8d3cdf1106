/** `cxai study example`: a small synthetic data set, a folder per class, and a specification that trains in seconds. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StudySpec } from '../../shared/manifest/study.ts';
import { phantomOf } from '../../shared/phantom/phantom-set.ts';
import { encodePng } from '../common/encode-png.ts';
import type { Output } from './output.ts';

export interface StudyExampleFlags {
  readonly images: number;
}

const SIDE = 64;
const FOLDERS = ['no-lesion', 'lesion'] as const;

/** What a person would write: the rest is default. */
const spec: Pick<StudySpec, 'schema' | 'id' | 'name'> & Record<'data' | 'search' | 'training', object> = {
  schema: 'cxai.study/1',
  id: 'phantoms',
  name: 'Synthetic brains, with a lesion or without',
  data: {
    folder: '.',
    classes: { 'no lesion': ['no-lesion'], lesion: ['lesion'] },
    input: { side: 32 },
  },
  search: {
    kind: 'grid',
    over: { blocks: [2, 3], learningRate: [0.003, 0.0003] },
    fixed: { filters: 8, dense: 16, batch: 16 },
  },
  training: { epochs: 3, augmentation: { flipHorizontal: true } },
};

export async function studyExampleCommand(
  folder: string,
  { images }: StudyExampleFlags,
  output: Output,
): Promise<void> {
  for (const name of FOLDERS) await mkdir(join(folder, name), { recursive: true });
  for (let index = 0; index < images; index++) {
    const { label, phantom } = phantomOf('train', index, SIDE);
    const { size, image } = phantom;
    const data = Uint8ClampedArray.from(image);
    const png = await encodePng({ width: size, height: size, channels: 1, data });
    await writeFile(join(folder, FOLDERS[label]!, `${String(index).padStart(4, '0')}.png`), png);
  }
  const file = join(folder, 'study.json');
  await writeFile(file, `${JSON.stringify(spec, null, 2)}\n`);
  output.result(`${images} images and ${file}: \`cxai study run ${file}\``, { folder, images, spec: file });
}
