/**
 * Checkpoint of an unfinished job: a line of JSON (epochs, step, lengths, digest of what follows), then the arrays as
 * little-endian float32. Written whole or not at all; one that does not match its digest counts as absent.
 */
import { readFile } from 'node:fs/promises';
import { digestOf } from '../../shared/pipeline/digest.ts';
import type { TrainingState } from '../../shared/study/training-state.ts';
import { writeWhole } from './write-whole.ts';

interface Header {
  readonly key: string;
  readonly epochs: TrainingState['epochs'];
  readonly step: number;
  readonly best: { readonly epoch: number; readonly loss: number };
  /** Numbers in weights and in statistics. */
  readonly lengths: readonly [number, number];
  readonly digest: string;
}

export async function writeCheckpoint(path: string, key: string, state: TrainingState): Promise<void> {
  const { epochs, step, best, weights, first, second, statistics } = state;
  if (!best) throw new Error('internal: checkpoint before the first epoch');
  const arrays = [weights, first, second, statistics, best.weights, best.statistics];
  const body = Buffer.concat(
    arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)),
  );
  const header: Header = {
    key,
    epochs,
    step,
    best: { epoch: best.epoch, loss: best.loss },
    lengths: [weights.length, statistics.length],
    digest: digestOf(body),
  };
  await writeWhole(path, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]));
}

/** Null where there is none, or none of this job. */
export async function readCheckpoint(path: string, key: string): Promise<TrainingState | null> {
  const bytes = await readFile(path).catch(() => null);
  const end = bytes?.indexOf('\n') ?? -1;
  if (!bytes || end < 0) return null;
  let header: Header;
  try {
    header = JSON.parse(bytes.toString('utf8', 0, end)) as Header;
  } catch {
    return null;
  }
  const body = new Uint8Array(bytes.subarray(end + 1));
  if (header.key !== key || header.digest !== digestOf(body)) return null;
  const [weights, statistics] = header.lengths;
  let offset = 0;
  const take = (length: number): Float32Array => {
    const array = new Float32Array(body.buffer, offset, length);
    offset += array.byteLength;
    return array;
  };
  return {
    epochs: header.epochs,
    step: header.step,
    weights: take(weights),
    first: take(weights),
    second: take(weights),
    statistics: take(statistics),
    best: { ...header.best, weights: take(weights), statistics: take(statistics) },
  };
}
