/** Keras's own files: the scores NumPy computed from the same weights, and both engines alike. */
import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { PermanentFault } from '../../../shared/errors.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { importTfjs } from '../../../shared/tfjs/import-tfjs.ts';
import { isKerasZip, readKerasH5, readKerasZip } from '../../../shared/tfjs/keras-file.ts';
import { compareEngines } from './compare-engines.ts';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
const h5 = fixture('net.h5');
const archive = fixture('net.keras');
const expected = JSON.parse(new TextDecoder().decode(fixture('net.json'))) as { scores: number[] };
const image = Float32Array.from({ length: 9 * 8 * 3 }, (_, at) => Math.sin(at * 0.37));

const offendersOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(PermanentFault);
    return ((error as PermanentFault).details.offenders as string[]).join('; ');
  }
  return '';
};

describe('files of Keras', () => {
  it.each([
    ['.h5 of Keras 2', readKerasH5(h5)],
    ['.keras of Keras 3', readKerasZip(archive)],
  ])('%s gives the scores of its weights, in both engines', async (_name, files) => {
    const { bytes } = importTfjs(files.json, files.shards);
    const classifier = await compileClassifier(bytes, createOnnxRuntimeRunner({ threads: 1 }));
    const { data } = await classifier.scores({ shape: [1, 9, 8, 3], data: image });
    await classifier.release();
    expected.scores.forEach((score, at) => {
      expect(Math.abs(data[at]! - score), `class ${at}`).toBeLessThan(1e-6);
    });
    const difference = await compareEngines(files);
    expect(difference.scores).toBeLessThan(1e-6);
    expect(difference.gradient).toBeLessThan(1e-5);
  });

  it('tells a model of Keras from other zip files', () => {
    expect(isKerasZip(archive)).toBe(true);
    expect(isKerasZip(zipSync({ 'data.pkl': new Uint8Array(3) }))).toBe(false);
    expect(isKerasZip(archive.slice(0, 600))).toBe(false);
  });

  it.each<[string, () => unknown, string]>([
    ['a .keras file cut short', () => readKerasZip(archive.slice(0, 900)), 'damaged or cut short'],
    ['an .h5 file cut short', () => readKerasH5(h5.slice(0, 700)), 'damaged or cut short'],
    ['another file', () => readKerasH5(new Uint8Array(100)), 'damaged or cut short'],
    [
      'an archive without weights',
      () => readKerasZip(zipSync({ 'config.json': new TextEncoder().encode('{}') })),
      'without model.weights.h5',
    ],
  ])('refuses %s', (_name, read, reason) => {
    expect(offendersOf(read)).toContain(reason);
  });
});
