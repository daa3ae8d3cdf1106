/** Reads golden arrays (shared/golden beside the repository) and measures how far a result is from them. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readNpy } from '../../../shared/tensor/npy.ts';

const ROOT = resolve(import.meta.dirname, '../../../../shared/golden');

/** False, with the reason in the test's name, where the golden arrays are not there. */
export const goldenMissing = existsSync(ROOT) ? false : 'no golden arrays: ../shared/golden is absent';

export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function golden(folder: string, name: string): GoldenArray {
  const { shape, data } = readNpy(readFileSync(`${ROOT}/${folder}/${name}.npy`));
  return { shape, data: Float64Array.from(data as Float64Array) };
}

export function goldenCase<T>(folder: string): T {
  return JSON.parse(readFileSync(`${ROOT}/${folder}/case.json`, 'utf8')) as T;
}

export const goldenFile = (folder: string, name: string): Uint8Array =>
  readFileSync(`${ROOT}/${folder}/${name}`);

/** ‖a − e‖₂ / ‖e‖₂; throws where length or shape differ. All zero against all zero is 0. */
export function relativeL2(
  actual: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
  expected: GoldenArray,
): number {
  if (
    actual.shape.join() !== expected.shape.join() ||
    actual.data.length !== expected.data.length ||
    actual.data.length === 0
  ) {
    throw new Error(`expected shape [${expected.shape}], got [${actual.shape}] (${actual.data.length})`);
  }
  let difference = 0;
  let norm = 0;
  expected.data.forEach((value, i) => {
    difference += (actual.data[i]! - value) ** 2;
    norm += value ** 2;
  });
  if (norm === 0) return difference === 0 ? 0 : Number.POSITIVE_INFINITY;
  return Math.sqrt(difference / norm);
}

/** Pearson's correlation of two arrays of equal length. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = b.length;
  const mean = (v: ArrayLike<number>): number => Array.from(v).reduce((s, x) => s + x, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Keeps one line per case; `CXAI_PARITY_TABLE=1` prints it. */
export function report(name: string, error: number, bound: string): void {
  if (process.env.CXAI_PARITY_TABLE) console.log(`${name}\t${error.toExponential(2)}\t${bound}`);
}
