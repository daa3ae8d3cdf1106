/**
 * One probe of the pipeline, as a hospital would notice it: a synthetic head is uploaded under the reserved model, and
 * its run must be complete, every method of it, within a time. The picture is another one each time, since a known
 * one would be answered without any work.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Raster } from '../../shared/imaging/raster.ts';
import { dropKey, manifestKey, receiptKey } from '../../shared/manifest/keys.ts';
import { type Manifest, manifestSchema } from '../../shared/manifest/manifest.ts';
import { receiptSchema } from '../../shared/manifest/receipt.ts';
import { phantomOf } from '../../shared/phantom/phantom-set.ts';
import { canaryModel } from '../../shared/pipeline/canary.ts';
import { encodePng } from '../common/encode-png.ts';
import { readJson } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';

const side = 128;

export interface ProbeOptions {
  readonly drop: ObjectStore;
  readonly results: ObjectStore;
  /** Which picture: another number, other pixels. */
  readonly picture: number;
  /** The run must be complete after this. */
  readonly withinSeconds: number;
  readonly everyMilliseconds?: number;
}

export interface ProbeReport {
  readonly outcome: 'complete' | 'partial' | 'failed' | 'rejected' | 'no-receipt' | 'no-manifest';
  readonly runId: string | null;
  /** From the upload to the manifest, or to giving up. */
  readonly milliseconds: number;
  /** Of the methods or of the file, where the probe did not end well. */
  readonly codes: readonly string[];
}

export async function probePipeline(options: ProbeOptions): Promise<ProbeReport> {
  const { drop, results, picture } = options;
  const key = dropKey(canaryModel, `${picture}.png`);
  const body = await encodePng(head(picture));
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  await drop.write(key, body, 'image/png');
  const appears = <T>(read: () => Promise<T | undefined>) => waitFor(read, elapsed, options);
  const receipt = await appears(async () => (await readJson(drop, receiptKey(key), receiptSchema))?.value);
  if (!receipt) return { outcome: 'no-receipt', runId: null, milliseconds: elapsed(), codes: [] };
  const { runId } = receipt;
  const manifest = await appears(
    async () => (await readJson(results, manifestKey(runId), manifestSchema))?.value,
  );
  const milliseconds = elapsed();
  if (!manifest) return { outcome: 'no-manifest', runId, milliseconds, codes: [] };
  return { outcome: manifest.status, runId, milliseconds, codes: faultCodes(manifest) };
}

async function waitFor<T>(
  read: () => Promise<T | undefined>,
  elapsed: () => number,
  { withinSeconds, everyMilliseconds = 1000 }: ProbeOptions,
): Promise<T | undefined> {
  for (;;) {
    const found = await read();
    if (found !== undefined || elapsed() >= withinSeconds * 1000) return found;
    await pause(everyMilliseconds);
  }
}

const faultCodes = (manifest: Manifest): string[] =>
  manifest.status === 'rejected'
    ? [manifest.error.code]
    : manifest.methods.flatMap((method) =>
        method.status === 'failed' ? [`${method.method}: ${method.error.code}`] : [],
      );

/** The generator knows a limited number of heads; the number itself, in the first pixels, makes each picture new. */
function head(picture: number): Raster {
  const { phantom } = phantomOf('sample', picture % 1000, side);
  const data = Uint8ClampedArray.from(phantom.image);
  for (let place = 0; place < 8; place += 1) data[place] = Math.floor(picture / 256 ** place) % 256;
  return { width: side, height: side, channels: 1, data };
}
