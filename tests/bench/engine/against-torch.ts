/**
 * What a gradient costs, beside the forward pass and beside PyTorch's gradient of the same network in the same
 * run: `node tests/bench/engine/against-torch.ts`.
 *
 *   --models cnn5,resnet50,densenet121,mobilenet   --batch 8   --rounds 10   --threads 2   --python /usr/bin/python3
 *
 * Needs Python with PyTorch and torchvision (Debian's python3-torch, python3-torchvision). Passes alternate, one of
 * each a round; every figure is the best of all rounds, and the load of the machine is printed. `cold` is a new
 * process: from the bytes of the model to its first gradient, then the same with the model open; `peak` is the
 * most memory a process had resident (VmHWM) after integrated gradients over 25 and over 200 steps.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';

const SIZE = 224;
const TARGET = 1;

const { values: flags } = parseArgs({
  options: {
    models: { type: 'string', default: 'cnn5,resnet50,densenet121,mobilenet' },
    batch: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '10' },
    threads: { type: 'string', default: '2' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
const [batch, rounds, threads] = [flags.batch, flags.rounds, flags.threads].map(Number) as [
  number,
  number,
  number,
];

/** PyTorch in a process of its own, asked for one pass at a time. */
class Peer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(model: string, path: string) {
    const script = join(import.meta.dirname, 'peer-gradient.py');
    this.#process = spawn(flags.python, [script, model, flags.batch, path, flags.threads], {
      env: { ...process.env, OMP_NUM_THREADS: flags.threads },
    });
    this.#process.stderr.resume();
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async ready(): Promise<void> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${flags.python}: expected PyTorch and torchvision, got no answer`);
    if (value !== 'ready') await this.ready();
  }

  /** Milliseconds. */
  async time(pass: 'scores' | 'gradient' | 'reference'): Promise<number> {
    this.#process.stdin.write(`${pass}\n`);
    return 1000 * Number((await this.#lines.next()).value);
  }

  stop(): void {
    this.#process.kill();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** ‖actual − expected‖ ÷ ‖expected‖; most of it is signs and maxima that rounding decides. */
function gap(actual: Float32Array, path: string): number {
  const bytes = readFileSync(path);
  const expected = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let [difference, norm] = [0, 0];
  for (let at = 0; at < expected.length; at++) {
    difference += (actual[at]! - expected[at]!) ** 2;
    norm += expected[at]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

async function compare(model: string, folder: string): Promise<void> {
  const path = join(folder, `${model}.onnx`);
  const peer = new Peer(model, path);
  await peer.ready();
  const classifier = await compileClassifier(readFileSync(path), createOnnxRuntimeRunner({ threads }));
  const input = readFileSync(`${path}.input`);
  const data = new Float32Array(input.buffer, input.byteOffset, input.length / 4);
  const images = { shape: [batch, 3, SIZE, SIZE], data };
  const targets = new Array<number>(batch).fill(TARGET);
  const best = { scores: Infinity, gradient: Infinity, peerScores: Infinity, peerGradient: Infinity };
  const keep = (name: keyof typeof best, value: number): void => {
    best[name] = Math.min(best[name], value);
  };
  for (let round = -2; round < rounds; round++) {
    const forward = await timed(() => classifier.scores(images));
    const backward = await timed(() => classifier.gradient(images, targets));
    const peerForward = await peer.time('scores');
    const peerBackward = await peer.time('gradient');
    if (round < 0) continue;
    keep('scores', forward);
    keep('gradient', backward);
    keep('peerScores', peerForward);
    keep('peerGradient', peerBackward);
  }
  await peer.time('reference');
  const difference = gap((await classifier.gradient(images, targets)).gradient.data, `${path}.gradient`);
  await classifier.release();
  peer.stop();
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  const times = (value: number): string => `${value.toFixed(2)}×`;
  console.log(
    `\n${model}, batch ${batch}, ${threads} threads, best of ${rounds}, load ${loadavg()
      .map((l) => l.toFixed(1))
      .join(' ')}`,
  );
  console.log(
    `  forward ${ms(best.scores)}, gradient ${ms(best.gradient)}, ratio ${(best.gradient / best.scores).toFixed(2)}`,
  );
  console.log(
    `  PyTorch forward ${ms(best.peerScores)} (${times(best.peerScores / best.scores)}), gradient ${ms(best.peerGradient)} (${times(best.peerGradient / best.gradient)})`,
  );
  console.log(`  relative difference from PyTorch's gradient ${difference.toExponential(1)}`);
  for (const steps of [0, 25, 200]) console.log(`  ${alone(path, steps)}`);
}

/** One process that opens the model and, where steps are given, integrates over them. */
function alone(path: string, steps: number): string {
  const script = join(import.meta.dirname, 'cold-start.ts');
  const run = spawnSync(process.execPath, [script, path, flags.batch, flags.threads, `${steps}`], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`${script}: ${run.error ?? run.stderr}`);
  return run.stdout.trim();
}

const folder = mkdtempSync(join(tmpdir(), 'against-torch-'));
try {
  for (const model of flags.models.split(',')) await compare(model, folder);
} finally {
  rmSync(folder, { recursive: true });
}
