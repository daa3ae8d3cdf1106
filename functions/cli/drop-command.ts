/** `cxai drop`: uploads files for a model and, unless told otherwise, waits for what becomes of them. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { TransientFault } from '../../shared/errors.ts';
import { dropKey, manifestKey, receiptKey } from '../../shared/manifest/keys.ts';
import { type Manifest, manifestSchema } from '../../shared/manifest/manifest.ts';
import { receiptSchema } from '../../shared/manifest/receipt.ts';
import { readJson } from '../common/json-object.ts';
import { connect, type Installation } from './installation.ts';
import type { Output } from './output.ts';
import { runAddress } from './runs-command.ts';
import { outcomeLine } from './start-command.ts';
import { WrongUse } from './wrong-use.ts';

export interface DropFlags {
  readonly state: string;
  readonly model: string;
  readonly wait: boolean;
  readonly timeout: number;
}

/** Returns the number of files that failed. Throws WrongUse where two files would have the same key. */
export async function dropCommand(
  files: readonly string[],
  flags: DropFlags,
  output: Output,
): Promise<number> {
  refuseEqualNames(files);
  const installation = await connect(flags.state);
  const uploaded: { readonly file: string; readonly key: string }[] = [];
  let failures = 0;
  for (const file of files) {
    const key = dropKey(flags.model, basename(file));
    try {
      await installation.drop.remove(receiptKey(key));
      await installation.drop.write(key, await readFile(file), 'application/octet-stream');
      uploaded.push({ file, key });
      if (!flags.wait) output.result(`↑ ${file}`, { file, uploaded: true });
    } catch (error) {
      failures += 1;
      output.failure(file, error);
    }
  }
  if (!flags.wait) return failures;
  const progress = output.progress('explaining');
  for (const [index, { file, key }] of uploaded.entries()) {
    try {
      const manifest = await outcome(installation, key, flags.timeout);
      progress.set((index + 1) / uploaded.length);
      failures += manifest.status === 'complete' ? 0 : 1;
      const address = runAddress(installation, manifest.runId);
      output.result(outcomeLine(file, manifest, undefined, address), { file, ...manifest });
    } catch (error) {
      failures += 1;
      output.failure(file, error);
    }
  }
  progress.done();
  return failures;
}

/** A key is the file's name without its folders: of two with one name the second would replace the first. */
function refuseEqualNames(files: readonly string[]): void {
  const byName = Map.groupBy(files, (file) => basename(file));
  const equal = [...byName.values()].filter((same) => same.length > 1).map((same) => same.join(' = '));
  if (equal.length === 0) return;
  throw new WrongUse(
    `drop: expected files of different names, got ${equal.join('; ')}: the later would replace the earlier; rename one, or drop them one after the other`,
  );
}

async function outcome(installation: Installation, key: string, timeoutSeconds: number): Promise<Manifest> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  while (performance.now() < deadline) {
    const receipt = await readJson(installation.drop, receiptKey(key), receiptSchema);
    const stored = receipt
      ? await readJson(installation.results, manifestKey(receipt.value.runId), manifestSchema)
      : undefined;
    if (stored) return stored.value;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new TransientFault(`expected a manifest within ${timeoutSeconds} s, got none`, {
    code: 'drop-timeout',
    remedy: 'The work goes on: look at it later with `cxai runs`.',
  });
}
