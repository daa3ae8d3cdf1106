/** `cxai doctor`: is everything here that the work needs? Each check says what to do where it fails. */
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import { inputShapeOf } from '../common/model-registry.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import type { Check } from '../doctor/aws-checks.ts';
import { bundledModels, readModelFolder } from '../local/register-models.ts';
import type { Output } from './output.ts';
import { reportChecks } from './report-checks.ts';

const leastNode = 24;
const leastFreeBytes = 2 ** 30;

const checks: readonly Check[] = [
  {
    name: 'node',
    remedy: `Run through npm (it brings Node ${leastNode}), or install Node ${leastNode}.`,
    async run() {
      if (Number(process.versions.node.split('.')[0]) < leastNode) throw new Error(process.version);
      return process.version;
    },
  },
  {
    name: 'engine',
    remedy: 'Run npm ci again on a supported platform (Linux, macOS or Windows; x64 or arm64).',
    async run() {
      const runner = createOnnxRuntimeRunner({});
      const { card, bytes } = await readModelFolder(join(bundledModels, 'phantom'));
      const { layout } = card.input;
      const classifier = await compileClassifier(bytes, runner, { layout, inputShape: inputShapeOf(card) });
      const shape = [1, ...classifier.inputShape];
      const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
      const { gradient } = await classifier.gradient({ shape, data }, [0]);
      await classifier.release();
      if (!gradient.data.every(Number.isFinite)) throw new Error('a gradient that is not finite');
      return `${runner.engine} on ${runner.device}, phantom model: gradient computed`;
    },
  },
  {
    name: 'images',
    remedy: 'Run npm ci again: the image library of this platform is missing.',
    async run() {
      const { default: sharp } = await import('sharp');
      return `libvips ${sharp.versions.vips}`;
    },
  },
  {
    name: 'disk',
    remedy: 'Free at least 1 GiB: the embedded cloud keeps its objects here.',
    async run() {
      const { bavail, bsize } = await statfs('.');
      if (bavail * bsize < leastFreeBytes) throw new Error(`${bavail * bsize} bytes free`);
      return `${((bavail * bsize) / 2 ** 30).toFixed(0)} GiB free`;
    },
  },
  {
    name: 'temporary folder',
    remedy: 'Make the temporary folder writable, or set TMPDIR.',
    async run() {
      const made = await mkdtemp(join(tmpdir(), 'cxai-doctor-'));
      await rm(made, { recursive: true });
      return tmpdir();
    },
  },
  {
    name: 'loopback',
    remedy: 'Allow this program to listen on 127.0.0.1.',
    run: () =>
      new Promise((resolve, reject) => {
        const server = createServer().once('error', reject);
        server.listen(0, '127.0.0.1', () => server.close(() => resolve('127.0.0.1 can be listened on')));
      }),
  },
  {
    name: 'machine',
    remedy: 'At least 2 GiB of memory.',
    async run() {
      if (totalmem() < 2 * 2 ** 30) throw new Error(`${totalmem()} bytes of memory`);
      return `${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
    },
  },
];

/** Returns the number of checks that failed. */
export const doctorCommand = (output: Output): Promise<number> => reportChecks(checks, output);
