/**
 * Images that stand for the data: what expected gradients draw from and what the baseline `dataset-mean` averages.
 * Each is prepared as the model's card says.
 */
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import { windowOf } from '../../shared/imaging/canonical-image.ts';
import { prepareInput } from '../../shared/imaging/model-input.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import { type Tensor32, tensor } from '../../shared/tensor/tensor.ts';
import { readPicture } from './read-picture.ts';

/** More say little new and fill the memory. */
const mostImages = 256;
const pictures = new Set(['.png', '.jpg', '.jpeg']);

/**
 * [N, ...inputShape] of the PNG and JPEG files of a folder, by name; of more than 256 every k-th. `bits` as for
 * `windowOf`. Throws PermanentFault with the path of what cannot be read.
 */
export async function readBackground(
  folder: string,
  { input: card }: ModelCard,
  bits?: number,
): Promise<Tensor32> {
  const entries = await readdir(folder).catch((cause: unknown) => {
    throw new PermanentFault(`--background: expected a folder of images, got '${folder}'`, {
      code: 'background-empty',
      cause,
    });
  });
  const names = entries.filter((name) => pictures.has(extname(name).toLowerCase())).sort();
  if (names.length === 0) {
    throw new PermanentFault(
      `--background: expected a folder with PNG or JPEG files, got none in '${folder}'`,
      {
        code: 'background-empty',
      },
    );
  }
  const step = Math.ceil(names.length / mostImages);
  const inputs: Tensor32[] = [];
  for (const [index, name] of names.entries()) {
    if (index % step !== 0) continue;
    const image = await readPicture('--background', join(folder, name));
    inputs.push(prepareInput(image, card, windowOf(image, bits)).input);
  }
  const { shape, data } = inputs[0]!;
  const all = new Float32Array(inputs.length * data.length);
  inputs.forEach((input, index) => {
    all.set(input.data, index * data.length);
  });
  return tensor(all, [inputs.length, ...shape]);
}
