/**
 * Images that stand for the data: what expected gradients draw from and what the baseline `dataset-mean` averages.
 * Each is prepared as the model's card says.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import { prepareInput } from '../../shared/imaging/model-input.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import { type Tensor32, tensor } from '../../shared/tensor/tensor.ts';
import { decodeImage } from './decode-image.ts';

/** More say little new and fill the memory. */
const mostImages = 256;
const pictures = new Set(['.png', '.jpg', '.jpeg']);

/** [N, ...inputShape] of the PNG and JPEG files of a folder, by name; of more than 256 every k-th. */
export async function readBackground(folder: string, { input: card }: ModelCard): Promise<Tensor32> {
  const names = (await readdir(folder)).filter((name) => pictures.has(extname(name).toLowerCase())).sort();
  if (names.length === 0) {
    throw new PermanentFault('background: expected a folder with PNG or JPEG files, got none', {
      code: 'background-empty',
    });
  }
  const step = Math.ceil(names.length / mostImages);
  const inputs: Tensor32[] = [];
  for (const [index, name] of names.entries()) {
    if (index % step !== 0) continue;
    const image = await decodeImage(new Uint8Array(await readFile(join(folder, name))));
    inputs.push(prepareInput(image, card).input);
  }
  const { shape, data } = inputs[0]!;
  const all = new Float32Array(inputs.length * data.length);
  inputs.forEach((input, index) => {
    all.set(input.data, index * data.length);
  });
  return tensor(all, [inputs.length, ...shape]);
}
