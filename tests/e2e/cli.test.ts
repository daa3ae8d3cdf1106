import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainedManifestSchema } from '../../shared/manifest/manifest.ts';
import { readNpy, writeNpy } from '../../shared/tensor/npy.ts';

const entry = fileURLToPath(new URL('../../functions/cli/cxai.ts', import.meta.url));
const phantom = fileURLToPath(new URL('../../shared/models/phantom/', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxai-cli-'));
  await copyFile(join(phantom, 'samples/sample-2.png'), join(folder, 'scan.png'));
  await writeFile(join(folder, 'broken.png'), 'not a picture');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function cxai(...parameters: string[]): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [entry, ...parameters], { cwd: folder });
    const text = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text.out += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text.err += part;
    });
    child.once('exit', (status) => resolve({ status, ...text }));
  });
}

describe('exit status', () => {
  it.each<[number, string[]]>([
    [0, ['--help']],
    [0, ['--version']],
    [0, ['methods', 'grad-cam']],
    [0, ['doctor']],
    [2, []],
    [2, ['unknown-command']],
    [2, ['explain']],
    [2, ['explain', 'scan.png', '--model', 'phantom', '--unknown-option']],
    [2, ['explain', 'scan.png', '--model', 'phantom', '--range', 'a,b']],
    [2, ['explain', 'scan.png', '--model', 'phantom', '--target', 'maybe']],
    [1, ['explain', 'scan.png', '--model', 'no-such-model']],
    [1, ['explain', 'missing.png', '--model', 'phantom', '--methods', 'gradients']],
    [2, ['methods', 'magic']],
    [2, ['explain', 'scan.png', '--model', 'phantom', '--methods', 'magic']],
    [1, ['runs', '--state', 'nowhere']],
  ])('%i for cxai %j', async (status, parameters) => {
    expect(await cxai(...parameters)).toMatchObject({ status });
  });
});

describe('cxai explain', () => {
  it('says what is wrong with a bad image, and explains the others', async () => {
    const { status, out, err } = await cxai(
      ...['explain', 'broken.png', 'scan.png', '--model', 'phantom'],
      ...['--methods', 'gradients,grad-cam', '--out', 'one'],
    );
    expect(status).toBe(1);
    expect(err).toMatch(/✗ broken\.png: .*expected a PNG or JPEG/);
    expect(out).toMatch(/✓ scan\.png {3}lesion/);
    const map = readNpy(new Uint8Array(await readFile(join(folder, 'one/scan/gradients.npy'))));
    expect(map.shape).toEqual([128, 128]);
  });

  it('gives one manifest per image as JSON lines, and nothing else that is no JSON', async () => {
    const { out } = await cxai(
      ...['--json', 'explain', 'scan.png', '--model', 'phantom', '--methods', 'gradients', '--out', 'two'],
    );
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const { image, folder: where, ...manifest } = lines.find((line) => 'runId' in line)!;
    expect([image, where]).toEqual(['scan.png', 'two/scan']);
    expect(explainedManifestSchema.parse(manifest).status).toBe('complete');
  });

  it('refuses an option that a method does not have, with the names of both', async () => {
    const { status, err } = await cxai(
      ...['explain', 'scan.png', '--model', 'phantom', '--methods', 'grad-cam', '--out', 'three'],
      ...['--options', '{"grad-cam":{"depth":3}}'],
    );
    expect(status).toBe(2);
    expect(err).toMatch(/grad-cam: invalid options.*depth/);
  });
});

describe('cxai attribute', () => {
  it('writes a float32 array of the input’s shape', async () => {
    const image = Float32Array.from({ length: 128 * 128 }, (_, i) => ((i * 7919) % 256) / 255);
    await writeFile(join(folder, 'x.npy'), writeNpy({ shape: [1, 128, 128], data: image }));
    const { status, err } = await cxai(
      ...['attribute', '--model', join(phantom, 'model.onnx'), '--input', 'x.npy', '--target', '1'],
      ...['--method', 'integrated-gradients', '--options', '{"steps":8}', '--out', 'a.npy'],
    );
    expect({ status, err }).toMatchObject({ status: 0 });
    const map = readNpy(new Uint8Array(await readFile(join(folder, 'a.npy'))));
    expect(map.shape).toEqual([1, 128, 128]);
    expect(map.data).toBeInstanceOf(Float32Array);
  });

  it('gives each label of a multi-label model a probability of its own', async () => {
    const gradient = async (out: string, ...flags: string[]) => {
      const { status, err } = await cxai(
        ...['attribute', '--model', join(phantom, 'model.onnx'), '--input', 'x.npy', '--target', '1'],
        ...['--method', 'gradients', '--out', out, ...flags],
      );
      expect({ status, err }).toMatchObject({ status: 0 });
      return readNpy(new Uint8Array(await readFile(join(folder, out)))).data as Float32Array;
    };
    const ofScore = await gradient('score.npy');
    const ofLabel = await gradient('label.npy', '--explain', 'probability', '--multi-label');
    const ofClass = await gradient('class.npy', '--explain', 'probability');
    const strongest = ofScore.reduce((best, value, i) => (value > ofScore[best]! ? i : best), 0);
    const slope = ofLabel[strongest]! / ofScore[strongest]!;
    // The phantom's two logits are opposites, z and -z: the softmax is the sigmoid of 2z.
    const probability = (1 + Math.sqrt(1 - 4 * slope)) / 2;
    const odds = (probability / (1 - probability)) ** 2;
    const softmaxSlope = (2 * odds) / (1 + odds) ** 2;
    expect(ofClass[strongest]! / ofScore[strongest]!).toBeCloseTo(softmaxSlope, 5);
    expect(softmaxSlope).not.toBeCloseTo(slope, 2);
  });

  it('refuses a wrong target with the number of classes', async () => {
    const { status, err } = await cxai(
      ...['attribute', '--model', join(phantom, 'model.onnx'), '--input', 'x.npy', '--target', '5'],
      ...['--method', 'gradients', '--out', 'b.npy'],
    );
    expect(status).toBe(1);
    expect(err).toMatch(/got 5/);
  });
});

describe('cxai average', () => {
  it('averages the maps of the images it could read, and names the others', async () => {
    const { status, err } = await cxai(
      ...['average', 'broken.png', 'scan.png', 'scan.png', '--model', 'phantom', '--target', 'lesion'],
      ...['--methods', 'gradients', '--out', 'mean'],
    );
    expect(status).toBe(1);
    expect(err).toMatch(/✗ broken\.png: .*expected a PNG or JPEG/);
    const [entry] = JSON.parse(await readFile(join(folder, 'mean/average.json'), 'utf8'));
    expect(entry).toMatchObject({ class: 'lesion', method: 'gradients', count: 2, signed: true });
    await cxai(
      ...['explain', 'scan.png', '--model', 'phantom', '--target', 'lesion', '--methods', 'gradients'],
      ...['--metrics', 'none', '--out', 'alone'],
    );
    const read = async (file: string) => readNpy(new Uint8Array(await readFile(join(folder, file))));
    expect((await read(`mean/${entry.map}`)).data).toEqual((await read('alone/scan/gradients.npy')).data);
    const deviation = await read(`mean/${entry.map.replace('.npy', '-deviation.npy')}`);
    expect(deviation.data.every((value) => value === 0)).toBe(true);
  });
});

describe('cxai prototype', () => {
  it('finds an image whose class is more probable than that of the grey it starts from', async () => {
    const { status } = await cxai(
      ...['prototype', '--model', 'phantom', '--target', 'lesion', '--out', 'typical'],
      ...['--options', '{"steps":24,"octaves":1}'],
    );
    expect(status).toBe(0);
    const name = (await readdir(join(folder, 'typical'))).find((file) => file.endsWith('.json'))!;
    const facts = JSON.parse(await readFile(join(folder, 'typical', name), 'utf8'));
    expect(facts).toMatchObject({ class: 'lesion', explain: 'logit' });
    expect(facts.score).toBeGreaterThan(facts.startScore + 1);
    const image = readNpy(
      new Uint8Array(await readFile(join(folder, 'typical', name.replace('.json', '.npy')))),
    );
    expect(image.shape).toEqual([1, 128, 128]);
  });
});
