/** A model's folder under `models/`: its file and its card, read back once so that what is wrong is said at once. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModelFolder } from '../local/register-models.ts';
import type { ModelSource } from './model-source.ts';

export async function writeModelFolder(
  folder: string,
  { card, bytes }: Pick<ModelSource, 'card' | 'bytes'>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, card.file), bytes);
  await writeFile(join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  await readModelFolder(folder);
}
