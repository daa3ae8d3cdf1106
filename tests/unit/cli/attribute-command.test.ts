/** `cxai attribute` with and without a card: what it takes, and what it refuses before anything is computed. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttributeFlags, attributeCommand } from '../../../functions/cli/attribute-command.ts';
import { loadModel } from '../../../functions/cli/model-source.ts';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { readBackground } from '../../../functions/common/read-background.ts';
import { readNpy, writeNpy } from '../../../shared/tensor/npy.ts';
import { sketchModel } from '../engine/test-models.ts';
import { silent } from './silent.ts';

const phantom = fileURLToPath(new URL('../../../shared/models/phantom/', import.meta.url));
let folder: string;
const at = (name: string): string => join(folder, name);

/** Extents of the models whose layout is told by them, or is not. */
async function dense(name: string, shape: readonly number[]): Promise<void> {
  const sketch = sketchModel(shape);
  await writeFile(at(name), sketch.bytes(sketch.dense(sketch.flatten(sketch.image), 2)));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxai-attribute-'));
  const data = Float32Array.from({ length: 128 * 128 }, (_, i) => ((i * 7919) % 256) / 255);
  await writeFile(at('x.npy'), writeNpy({ shape: [1, 128, 128], data }));
  await writeFile(at('hw.npy'), writeNpy({ shape: [128, 128], data }));
  await writeFile(
    at('two.npy'),
    writeNpy({ shape: [2, 1, 128, 128], data: new Float32Array([...data, ...data]) }),
  );
  await writeFile(at('u8.npy'), writeNpy({ shape: [1, 128, 128], data: new Uint8Array(128 * 128) }));
  await writeFile(at('four.npy'), writeNpy({ shape: [8, 9, 4], data: new Float32Array(288).fill(0.5) }));
  await writeFile(at('three.npy'), writeNpy({ shape: [3, 9, 1], data: new Float32Array(27).fill(0.5) }));
  await dense('four.onnx', [8, 9, 4]);
  await dense('three.onnx', [3, 9, 1]);
  await copyFile(join(phantom, 'model.onnx'), at('bare.onnx'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function attribute(flags: Partial<AttributeFlags> = {}) {
  const paths = { input: at('x.npy'), out: at('map.npy') };
  const base = { model: 'phantom', target: ['1'], method: 'gradients', device: 'cpu', threads: 1 } as const;
  await attributeCommand({ ...base, ...paths, ...flags }, silent);
  return readNpy(new Uint8Array(await readFile(flags.out ?? paths.out)));
}

describe('a model with a card', () => {
  it('gives class names and the baselines named in image space', async () => {
    expect(await attribute({ target: ['lesion'] })).toEqual(await attribute({ model: at('bare.onnx') }));
    const method = 'integrated-gradients';
    const black = await attribute({ method, options: '{"baseline":"black","steps":4}' });
    expect(black).toEqual(await attribute({ method, options: '{"baseline":0,"steps":4}' }));
    await expect(
      attribute({ model: at('bare.onnx'), method, options: '{"baseline":"black","steps":4}' }),
    ).rejects.toMatchObject({ code: 'baseline-needs-preprocessing' });
  });

  it('takes a folder as background, a bare file an array', async () => {
    const expected = { method: 'expected-gradients', options: '{"samples":2}', seed: 3 };
    const ofFolder = await attribute({ ...expected, background: join(phantom, 'samples') });
    const ofArray = await attribute({ ...expected, background: at('two.npy'), model: at('bare.onnx') });
    expect(ofFolder.data).not.toEqual(ofArray.data);
    await expect(attribute({ ...expected, background: folder, model: at('bare.onnx') })).rejects.toThrow(
      '--background: expected a .npy file',
    );
  });
});

describe('arrays', () => {
  it('may leave out the axis of the one channel', async () => {
    expect(await attribute({ input: at('hw.npy') })).toEqual(await attribute());
  });

  it.each([
    ['u8.npy', 'expected a float array (the model takes float32), got uint8'],
    ['two.npy', 'expected one image of 3 axes'],
    ['four.npy', 'expected an image of shape [1, 128, 128], got [8, 9, 4]'],
  ])('%s is refused: %s', async (input, reason) => {
    await expect(attribute({ input: at(input), model: at('bare.onnx') })).rejects.toThrow(reason);
  });

  it('lie as their extents say, or as --layout does', async () => {
    const occlusion = { method: 'kernel-shap', options: '{"samples":4}', target: ['0'] };
    const four = { ...occlusion, model: at('four.onnx'), input: at('four.npy') };
    expect((await attribute(four)).shape).toEqual([8, 9]);
    expect((await attribute({ ...four, layout: 'NCHW' })).shape).toEqual([9, 4]);
    const three = { ...occlusion, model: at('three.onnx'), input: at('three.npy') };
    await expect(attribute(three)).rejects.toMatchObject({ code: 'layout-ambiguous' });
    expect((await attribute({ ...three, layout: 'NHWC' })).shape).toEqual([3, 9]);
  });
});

describe('what says nothing is refused', () => {
  it.each<[Partial<AttributeFlags>, string]>([
    [{ baseline: 'x.npy' }, '--baseline: expected a method that has a baseline, got gradients'],
    [{ seed: 3 }, '--seed: expected a method that draws random numbers, got gradients'],
    [{ baseline: 'x.npy', method: 'xrai', reference: true }, '--baseline: expected options without'],
    [{ layout: 'NHWC' }, '--layout: expected a model without a card'],
    [{ target: ['predicted'] }, '--target: expected classes by name or index'],
    [{ target: ['lesion'], model: 'bare.onnx' }, '--target: expected class indices'],
    [{ out: 'no/such/folder/map.npy' }, '--out: expected a file in a folder that exists'],
  ])('%j: %s', async (flags, reason) => {
    const model = flags.model ? at(flags.model) : 'phantom';
    await expect(attribute({ ...flags, model })).rejects.toThrow(reason);
  });
});

describe('pictures that an option names', () => {
  it('are named where they cannot be read', async () => {
    const { card } = await loadModel('phantom', createOnnxRuntimeRunner({ threads: 1 }), {});
    await writeFile(at('broken.png'), 'not a picture');
    await expect(readBackground(folder, card)).rejects.toThrow(
      /^--background .*broken\.png: .*expected a PNG/,
    );
    await expect(readBackground(at('nowhere'), card)).rejects.toThrow(
      '--background: expected a folder of images',
    );
  });
});
