/**
 * Writes the README's tables: the methods from the registry, and the figures by running the benchmarks.
 * `node tests/bench/readme-tables.ts` takes some minutes on two cores; `--methods` writes the methods alone.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { methods, parseOptions } from '../../shared/attribution/registry.ts';

const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

export function methodRows(): string[] {
  return methods.map((method) => {
    const { gradients, forwards } = method.cost(parseOptions(method, {}));
    const cost = [
      gradients > 0 ? `${gradients} ${gradients === 1 ? 'gradient' : 'gradients'}` : '',
      forwards > 0 ? `${forwards} forward passes` : '',
    ];
    return `| \`${method.name}\` | ${method.title}, ${method.citation} | ${cost.filter(Boolean).join(', ')} |`;
  });
}

/** Replaces the rows of the table below the line `<!-- name -->`; its head of two lines stays. */
function withRows(text: string, name: string, rows: readonly string[]): string {
  const lines = text.split('\n');
  const start = lines.indexOf(`<!-- ${name} -->`) + 3;
  if (start < 3) throw new Error(`README: no table marked ${name}`);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.toSpliced(start, length, ...rows).join('\n');
}

interface DropLatency {
  readonly 'npm start to ready, site missing (s)': number;
  readonly 'npm start to ready, site built (s)': number;
  readonly 'file in ./drop to complete manifest (s), three methods': { median: number; worst: number };
}

interface WorkerRate {
  readonly medianMillisecondsBetweenTasks: number;
  readonly tasksPerSecond: number;
}

interface Chaos {
  readonly drops: number;
  readonly complete: number;
  readonly kills: number;
  readonly differences: readonly string[];
  readonly leftOver: readonly string[];
}

async function outputOf(script: string): Promise<string> {
  process.stderr.write(`${script} …\n`);
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path], { maxBuffer: 1 << 26 });
  return stdout;
}

async function bench<T>(script: string): Promise<T> {
  const stdout = await outputOf(script);
  return JSON.parse(stdout.slice(stdout.indexOf('{'))) as T;
}

/** What a benchmark that prints text says: the first group of each match. */
async function said(script: string, pattern: RegExp): Promise<string[]> {
  return [...(await outputOf(script)).matchAll(pattern)].map(([, value]) => value!);
}

async function figureRows(): Promise<string[]> {
  const ratios = await said('engine/gradient-cost.ts', /wall-clock:.*, ratio ([\d.]+)/g);
  const [segments, , search] = await said('segmentation/xrai-regions.ts', /([\d.]+) median/g);
  const latency = await bench<DropLatency>('drop-latency.ts');
  const overhead = await bench<Record<'one worker' | 'two workers', WorkerRate>>('task-overhead.ts');
  const chaos = await bench<Chaos>('chaos.ts');
  const row = (what: string, figure: string, script: string): string =>
    `| ${what} | ${figure} | \`node tests/bench/${script}\` |`;
  const { median, worst } = latency['file in ./drop to complete manifest (s), three methods'];
  const [one, two] = [overhead['one worker'], overhead['two workers']];
  return [
    row(
      'a gradient in forward passes: plain CNN, ResNet-50, DenseNet-121, MobileNet, 8 images of 224²',
      ratios.join(', '),
      'engine/gradient-cost.ts',
    ),
    row(
      'XRAI’s own work at 224²: segments of six scales / search over 236 regions, median',
      `${segments} ms / ${search} ms`,
      'segmentation/xrai-regions.ts',
    ),
    row(
      '`npm start` to ready, site not built yet / built',
      `${latency['npm start to ready, site missing (s)'].toFixed(1)} s / ${latency['npm start to ready, site built (s)'].toFixed(1)} s`,
      'drop-latency.ts',
    ),
    row(
      'file in `./drop` to complete manifest, three methods, median (worst)',
      `${median.toFixed(2)} s (${worst.toFixed(2)} s)`,
      'drop-latency.ts',
    ),
    row(
      'pipeline’s own cost per task, median',
      `${one.medianMillisecondsBetweenTasks.toFixed(1)} ms`,
      'task-overhead.ts',
    ),
    row('tasks per second, two workers', two.tasksPerSecond.toFixed(0), 'task-overhead.ts'),
    row(
      `${chaos.drops} drops under ${chaos.kills} kills, duplicated, delayed and reordered events, store faults`,
      `${chaos.complete} complete, ${chaos.differences.length} objects differ from a calm run, ${chaos.leftOver.length} left over`,
      'chaos.ts',
    ),
  ];
}

if (import.meta.main) {
  let text = withRows(await readFile(readme, 'utf8'), 'methods', methodRows());
  if (!process.argv.includes('--methods')) text = withRows(text, 'figures', await figureRows());
  await writeFile(readme, text);
}
