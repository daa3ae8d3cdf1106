/**
 * How many gradients adaptive IG needs for the completeness gap of the reference's 100 steps, on the golden models
 * and on a published brain-tumor model: `node tests/bench/attribution/adaptive-gap.ts [images per folder]`.
 * Asked for: at most 33. Reads ../shared beside the repository.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { integratedGradients } from '../../../shared/attribution/integrated-gradients.ts';
import { parseOptions } from '../../../shared/attribution/registry.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { readNpy } from '../../../shared/tensor/npy.ts';
import { type Tensor, tensor } from '../../../shared/tensor/tensor.ts';

const SHARED = resolve(import.meta.dirname, '../../../../shared');
const IMAGES = Number(process.argv[2] ?? 3);
const SIDE = 224;

async function compare(name: string, model: Classifier, input: Tensor, target: number): Promise<void> {
  const run = (options: object) =>
    integratedGradients.attribute(model, input, { target }, parseOptions(integratedGradients, options));
  const plain = (await run({ steps: 100, quadrature: 'reference' })).completeness!;
  const found = await run({ quadrature: 'adaptive', tolerance: plain.gap });
  const figures = [plain.expected, plain.gap, found.completeness!.gap].map((value) => value.toExponential(1));
  console.log(`${name.padEnd(20)} ${figures.map((text) => text.padStart(10)).join(' ')} ${found.gradients}`);
}

/** Height, width, channels -> channels, height, width. */
function channelsFirst(data: ArrayLike<number>, [height, width, channels]: readonly number[]): Tensor {
  const pixels = height! * width!;
  const values = Float32Array.from(
    { length: pixels * channels! },
    (_, i) => data[(i % pixels) * channels! + Math.floor(i / pixels)]!,
  );
  return tensor(values, [channels!, height!, width!]);
}

async function goldenModel(name: string): Promise<void> {
  const folder = join(SHARED, 'golden/models', name);
  const model = await compileClassifier(readFileSync(join(folder, 'model.onnx')), createOnnxRuntimeRunner());
  const { data, shape } = readNpy(readFileSync(join(folder, 'input.npy')));
  const { target } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as { target: number };
  await compare(name, model, channelsFirst(data as Float32Array, shape), target);
  await model.release();
}

/** Stretched to the model's input, x / 255, three equal channels of a gray image. */
async function readScan(path: string): Promise<Tensor> {
  const pixels = await sharp(path)
    .resize(SIDE, SIDE, { fit: 'fill' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return tensor(
    Float32Array.from(pixels, (value) => value / 255),
    [SIDE, SIDE, 3],
  );
}

async function brainTumors(): Promise<void> {
  const file = join(SHARED, 'data/models/onnx/brain_tumor_anas436_224x224x3.onnx');
  const model = await compileClassifier(readFileSync(file), createOnnxRuntimeRunner());
  for (const folder of ['yes', 'no']) {
    const scans = join(SHARED, 'data/brain_mri/navoneel', folder);
    for (const name of readdirSync(scans).sort().slice(0, IMAGES)) {
      const input = await readScan(join(scans, name));
      const { data } = await model.scores(tensor(input.data, [1, ...input.shape]));
      await compare(`${folder}/${name}`, model, input, data.indexOf(Math.max(...data)));
    }
  }
  await model.release();
}

console.log('                     F(x)−F(b)    gap 100   adaptive gradients');
for (const name of ['paper-cnn3', 'resnet-mini', 'densenet-mini']) await goldenModel(name);
await brainTumors();
