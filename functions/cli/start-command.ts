/** `cxai start`: runs the system until Ctrl-C and prints one line for every file. */
import { relative, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import type { Manifest } from '../../shared/manifest/manifest.ts';
import type { MetricsLevel } from '../../shared/manifest/trust-metrics.ts';
import { type StartEvents, start } from '../local/start.ts';
import type { Output } from './output.ts';

export interface StartFlags {
  readonly state: string;
  readonly drop: string;
  readonly models: string;
  readonly port: number;
  readonly workers?: number;
  readonly methods?: string[];
  readonly metrics: MetricsLevel;
  readonly samples: boolean;
  readonly verbose: boolean;
}

export async function startCommand(flags: StartFlags, output: Output): Promise<void> {
  const began = performance.now();
  output.note(`cxai ${packageJson.version} · research use only, not a medical device\nstarting …`);
  let site = '';
  const started = await start({
    ...flags,
    workers: flags.workers,
    methods: flags.methods,
    events: consoleEvents(output, flags.verbose, () => site),
  });
  site = started.site;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const drop = relative(process.cwd(), resolve(flags.drop)) || '.';
  output.result(
    [
      `  ready in ${seconds} s`,
      `  site    ${site}`,
      ...started.models.map(
        (id) => `  drop    ./${drop}/${id}/   ← PNG and JPEG files for the model ‘${id}’`,
      ),
      '  stop    Ctrl-C',
      '',
    ].join('\n'),
    { ready: true, site, models: started.models, seconds: Number(seconds) },
  );
  await new Promise<void>((stop) => {
    process.once('SIGINT', () => stop());
    process.once('SIGTERM', () => stop());
  });
  output.note('stopping …');
  await started.close();
}

function consoleEvents(output: Output, verbose: boolean, site: () => string): StartEvents {
  return {
    note: (text) => output.note(text),
    uploaded: (name, bytes) => verbose && output.note(`  ↑ ${name} (${bytes} bytes)`),
    outcome: ({ name, runId, manifest }, seconds) =>
      output.result(outcomeLine(name, manifest, seconds, `${site()}run/#run=${runId}`), {
        file: name,
        runId,
        status: manifest.status,
        seconds,
      }),
    problem: (name, error) => output.failure(name, error),
    log: (line) => verbose && output.note(`    ${line}`),
  };
}

export function outcomeLine(
  name: string,
  manifest: Manifest,
  seconds: number | undefined,
  address: string,
): string {
  const time = seconds === undefined ? '' : `   ${seconds.toFixed(1)} s`;
  if (manifest.status === 'rejected') {
    const { message, remedy } = manifest.error;
    return `  ✗ ${name}   ${message}${time}${remedy ? `\n      ${remedy}` : ''}`;
  }
  const probability = manifest.probabilities[manifest.target.index] ?? 0;
  const failed = manifest.methods.filter(({ status }) => status === 'failed').length;
  const methods = `${manifest.methods.length - failed} of ${manifest.methods.length} methods`;
  const mark = failed === 0 ? '✓' : '!';
  const percent = `${(100 * probability).toFixed(0)} %`;
  return `  ${mark} ${name}   ${manifest.target.name} ${percent}   ${methods}${time}   ${address}`;
}
