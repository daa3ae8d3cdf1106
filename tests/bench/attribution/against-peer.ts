/**
 * Our methods beside the peer's (PAIR saliency on PyTorch), same networks, same input, two threads each, in turn
 * within one run, so that a busy machine slows both: `node tests/bench/attribution/against-peer.ts`.
 *
 *   --models cnn5,resnet50   --methods gradients,integrated-gradients,…   --rounds 3   --python /usr/bin/python3
 *
 * Needs Python with PyTorch, torchvision, scikit-image and SciPy, PAIR saliency's checkout on PYTHONPATH, and the
 * script that times it (../shared/tools/peer_pair.py), which also writes the network and the input. Each figure
 * is the best of all rounds, of the single gradient the best of five in each. `outside` is the share of our best time
 * that was not spent in the engine. The load average tells how far the seconds can be trusted; ratios stand better.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { evenBatchSize } from '../../../shared/attribution/batch-size.ts';
import { methodNamed, parseOptions } from '../../../shared/attribution/registry.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { readNpy } from '../../../shared/tensor/npy.ts';
import { type Tensor, tensor } from '../../../shared/tensor/tensor.ts';
import { type Stopwatch, timedRunner } from './timed-runner.ts';

const THREADS = 2;
const BATCH = 8;
const SIZE = 224;
const CHANNELS = 3;
const TARGET = 1;
/** A single gradient takes milliseconds, so one interruption spoils it: it is timed so often in each round. */
const REPEATS: Readonly<Record<string, number>> = { gradients: 5 };

/** Our method with the peer's settings, and the peer's name of it. */
const pairs: Readonly<Record<string, { readonly peer: string; readonly options: object }>> = {
  gradients: { peer: 'vanilla', options: {} },
  'integrated-gradients': { peer: 'ig25', options: { steps: 25, quadrature: 'reference' } },
  'blur-ig': { peer: 'blurig100', options: { steps: 100, maxSigma: 50, gradStep: 0.01 } },
  'guided-ig': { peer: 'guided200', options: { steps: 200, fraction: 0.25, maxDistance: 0.02 } },
  xrai: { peer: 'xrai100', options: { algorithm: 'full', steps: 100, quadrature: 'reference' } },
};

const { values: flags } = parseArgs({
  options: {
    models: { type: 'string', default: 'cnn5,resnet50' },
    methods: { type: 'string', default: Object.keys(pairs).join() },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: '/usr/bin/python3' },
    script: {
      type: 'string',
      default: resolve(import.meta.dirname, '../../../../shared/tools/peer_pair.py'),
    },
  },
});

interface Figures {
  peer: number;
  ours: number;
  engine: number;
}

/** Best seconds of the peer's method; the first call also writes `<model>.onnx` and `<model>.input.npy`. */
function timePeer(model: string, method: string, folder: string, repeats = 1): number {
  const names = new Array<string>(repeats).fill(method);
  const run = spawnSync(flags.python, [flags.script, model, `${SIZE}`, `${CHANNELS}`, ...names], {
    env: {
      ...process.env,
      OUT: folder,
      THREADS: `${THREADS}`,
      OMP_NUM_THREADS: `${THREADS}`,
      BATCH: `${BATCH}`,
    },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const lines = run.stdout?.split('\n').filter((text) => text.startsWith('{')) ?? [];
  if (run.status !== 0 || lines.length === 0) throw new Error(`${flags.script}: ${run.error ?? run.stderr}`);
  return Math.min(...lines.map((line) => (JSON.parse(line) as { seconds: number }).seconds));
}

function readInput(path: string): Tensor {
  const { data, shape } = readNpy(readFileSync(path));
  return tensor(data as Float32Array, shape.slice(1));
}

/** Our seconds, whole and in the engine, of the second of two runs: graphs are opened in the first. */
async function timeOurs(
  attribute: () => Promise<unknown>,
  engine: Stopwatch,
): Promise<{ ours: number; engine: number }> {
  engine.reset();
  const begin = performance.now();
  await attribute();
  return { ours: (performance.now() - begin) / 1000, engine: engine.seconds() };
}

async function compare(model: string, names: readonly string[], folder: string): Promise<void> {
  const best = new Map<string, Figures>();
  timePeer(model, 'vanilla', folder);
  const input = readInput(join(folder, `${model}.input.npy`));
  const { runner, stopwatch } = timedRunner(createOnnxRuntimeRunner({ threads: THREADS }));
  const classifier = await compileClassifier(readFileSync(join(folder, `${model}.onnx`)), runner);
  await warmUp(classifier, input);
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const name of names) {
      const method = methodNamed(name);
      const options = parseOptions(method, pairs[name]!.options);
      const context = { target: TARGET, batchSize: BATCH, runner };
      const repeats = REPEATS[name] ?? 1;
      const peer = timePeer(model, pairs[name]!.peer, folder, repeats);
      const known = best.get(name) ?? {
        peer: Number.POSITIVE_INFINITY,
        ours: Number.POSITIVE_INFINITY,
        engine: 0,
      };
      for (let repeat = 0; repeat < repeats; repeat++) {
        const timed = await timeOurs(() => method.attribute(classifier, input, context, options), stopwatch);
        if (timed.ours < known.ours) Object.assign(known, timed);
      }
      known.peer = Math.min(known.peer, peer);
      best.set(name, known);
    }
  }
  await classifier.release();
  print(model, best);
}

/** Opens the graphs of every batch size the methods use: of 25 and 100 steps, of single points and of both ends. */
async function warmUp(
  classifier: Awaited<ReturnType<typeof compileClassifier>>,
  { data, shape }: Tensor,
): Promise<void> {
  for (const images of new Set([1, 2, evenBatchSize(25, BATCH), evenBatchSize(100, BATCH)])) {
    const batch = new Float32Array(images * data.length);
    for (let n = 0; n < images; n++) batch.set(data, n * data.length);
    const points = tensor(batch, [images, ...shape]);
    await classifier.scores(points);
    await classifier.gradient(points, new Array<number>(images).fill(TARGET));
  }
}

function print(model: string, best: ReadonlyMap<string, Figures>): void {
  console.log(
    `\n${model}, ${SIZE}x${SIZE}x${CHANNELS}, ${THREADS} threads, batch ${BATCH}, best of ${flags.rounds}, load ${loadavg()[0]!.toFixed(1)}`,
  );
  console.log('method                 peer s    ours s   ratio  outside');
  const ratios = [...best.values()].map(({ peer, ours }) => peer / ours);
  for (const [name, { peer, ours, engine }] of best) {
    const outside = `${(100 * (1 - engine / ours)).toFixed(1)} %`;
    console.log(
      `${name.padEnd(20)} ${peer.toFixed(3).padStart(8)} ${ours.toFixed(3).padStart(9)} ${(peer / ours).toFixed(2).padStart(7)} ${outside.padStart(8)}`,
    );
  }
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  console.log(`geometric mean ${mean.toFixed(2)}, least ${Math.min(...ratios).toFixed(2)}`);
}

const folder = mkdtempSync(join(tmpdir(), 'against-peer-'));
try {
  for (const model of flags.models.split(',')) await compare(model, flags.methods.split(','), folder);
} finally {
  rmSync(folder, { recursive: true });
}
