/** Puts models (folders with a `card.json` and the file it names) into the results bucket. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PermanentFault } from '../../shared/errors.ts';
import { cardKey, modelKey } from '../../shared/manifest/keys.ts';
import { type ModelCard, modelCardSchema } from '../../shared/manifest/model-card.ts';
import { digestOf } from '../../shared/pipeline/digest.ts';
import { jsonType } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';

export const bundledModels = fileURLToPath(new URL('../../shared/models/', import.meta.url));

export interface LocalModel {
  readonly card: ModelCard;
  readonly bytes: Uint8Array;
}

/** Reads a model folder. Throws PermanentFault where the card is wrong or the file is not the card's. */
export async function readModelFolder(folder: string): Promise<LocalModel> {
  const parsed = modelCardSchema.safeParse(JSON.parse(await readFile(join(folder, 'card.json'), 'utf8')));
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new PermanentFault(`model card: ${where}`, {
      code: 'card-invalid',
      remedy: 'Correct the card, or make it anew with `cxai model add`.',
    });
  }
  const bytes = new Uint8Array(await readFile(join(folder, parsed.data.file)));
  const digest = digestOf(bytes);
  if (digest !== parsed.data.digest) {
    throw new PermanentFault(`model card: expected a file with ${parsed.data.digest}, got ${digest}`, {
      code: 'model-file-mismatch',
      remedy: 'The model file was changed after the card was made: register it again.',
    });
  }
  return { card: parsed.data, bytes };
}

/** Folders below `directory` that hold a card; none where the directory is absent. */
export async function modelFolders(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(directory, entry.name));
  const withCard = await Promise.all(
    folders.map(async (folder) => ((await readdir(folder)).includes('card.json') ? [folder] : [])),
  );
  return withCard.flat();
}

/** The file first, then the card: whoever sees the card finds its file. */
export async function registerModel(results: ObjectStore, { card, bytes }: LocalModel): Promise<void> {
  await results.write(modelKey(card.id, card.file), bytes, 'application/octet-stream');
  await results.write(cardKey(card.id), JSON.stringify(card), jsonType);
}
