/** `cxai runs` and `cxai show RUN`: what the pipeline has done, from the index and the manifests. */
import { PermanentFault } from '../../shared/errors.ts';
import { indexKey, indexPageKey, manifestKey } from '../../shared/manifest/keys.ts';
import { type Manifest, manifestSchema } from '../../shared/manifest/manifest.ts';
import { type RunEntry, runIndexSchema } from '../../shared/manifest/run-index.ts';
import { readJson } from '../common/json-object.ts';
import { connect, type Installation } from './installation.ts';
import type { Output } from './output.ts';

export interface RunsFlags {
  readonly state: string;
  readonly status?: string;
  readonly limit: number;
}

export const runAddress = ({ site }: Installation, runId: string): string =>
  site ? `${site}run/#run=${runId}` : runId;

export async function runsCommand(flags: RunsFlags, output: Output): Promise<void> {
  const { results } = await connect(flags.state);
  let shown = 0;
  let seen = 0;
  let page: string | undefined = indexKey;
  while (page !== undefined && shown < flags.limit) {
    const stored: { value: { runs: RunEntry[]; pages: number } } | undefined = await readJson(
      results,
      page,
      runIndexSchema,
    );
    if (!stored) break;
    for (const entry of stored.value.runs) {
      if (shown === flags.limit) break;
      seen += 1;
      if (flags.status !== undefined && entry.status !== flags.status) continue;
      output.result(entryLine(entry), entry);
      shown += 1;
    }
    page = stored.value.pages > 0 ? indexPageKey(stored.value.pages) : undefined;
  }
  if (seen === 0) output.note('no runs yet: drop an image into ./drop/<model>/');
  else if (shown === 0) output.note(`no run is ${flags.status}: cxai runs lists all ${seen}`);
}

function entryLine(entry: RunEntry): string {
  const time = entry.finishedAt.slice(0, 19).replace('T', ' ');
  const what =
    entry.status === 'rejected'
      ? entry.error
      : `${entry.modelId}: ${entry.target} ${(100 * (entry.probability ?? 0)).toFixed(0)} %, ${
          entry.methods - entry.failedMethods.length
        } of ${entry.methods} methods`;
  return `${entry.runId}  ${entry.status.padEnd(8)}  ${time}  ${what}`;
}

export async function showCommand(runId: string, state: string, output: Output): Promise<void> {
  const installation = await connect(state);
  const stored = await readJson(installation.results, manifestKey(runId), manifestSchema);
  if (!stored) {
    throw new PermanentFault(`show: expected a finished run, found none with id ${runId}`, {
      code: 'run-unknown',
      remedy: 'List the runs there are: cxai runs.',
    });
  }
  output.result(manifestText(stored.value, runAddress(installation, runId)), stored.value);
}

function manifestText(manifest: Manifest, address: string): string {
  const head = [`run      ${manifest.runId}  ${manifest.status}`, `page     ${address}`];
  if (manifest.status === 'rejected') {
    return [...head, `error    ${manifest.error.message}`, `         ${manifest.error.remedy ?? ''}`].join(
      '\n',
    );
  }
  const { source, model, target, probabilities } = manifest;
  const scores = model.classes.map((name, i) => `${name} ${(100 * (probabilities[i] ?? 0)).toFixed(1)} %`);
  const methods = manifest.methods.map((result) =>
    result.status === 'failed'
      ? `  ✗ ${result.method}: ${result.error.message}`
      : `  ✓ ${result.method.padEnd(24)} ${result.milliseconds.toFixed(0)} ms, ${result.gradients} gradients, range ${result.range
          .map((value) => value.toPrecision(3))
          .join(' … ')}`,
  );
  return [
    ...head,
    `source   ${source.width}×${source.height}, ${source.channels} × ${source.bitDepth} bit ${source.format}`,
    `model    ${model.id} ${model.version} (${model.digest.slice(0, 19)}…)`,
    `scores   ${scores.join(', ')}`,
    `explains ${target.name} (${target.chosen})`,
    ...methods,
    ...manifest.warnings.map((warning) => `warning  ${warning}`),
    `by       ${manifest.provenance.software} at ${manifest.provenance.commit}, trace ${manifest.provenance.traceId}`,
  ].join('\n');
}
