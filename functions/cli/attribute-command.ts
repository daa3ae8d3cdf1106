/** `cxai attribute`: arrays in, arrays out, in the model's own layout and units. */
import { readFile, writeFile } from 'node:fs/promises';
import { attributeTargets } from '../../shared/attribution/attribute-targets.ts';
import type { Method } from '../../shared/attribution/method.ts';
import { methodNamed, parseOptions } from '../../shared/attribution/registry.ts';
import type { Explained } from '../../shared/autodiff/output.ts';
import { PermanentFault } from '../../shared/errors.ts';
import type { ExplainedOutput } from '../../shared/manifest/plan.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import { readNpy, writeNpy } from '../../shared/tensor/npy.ts';
import { type Tensor, type Tensor32, tensor } from '../../shared/tensor/tensor.ts';
import { chooseRunner, type DeviceName } from '../common/choose-runner.ts';
import { readModelFile } from '../common/read-model-file.ts';
import { jsonObject } from './method-flags.ts';
import type { Output } from './output.ts';
import { WrongUse } from './wrong-use.ts';

export interface AttributeFlags {
  readonly model: string;
  readonly input: string;
  /** One class index, or several. */
  readonly target: readonly number[];
  readonly method: string;
  readonly options?: string;
  /** Start from the options that repeat the published reference. */
  readonly reference?: boolean;
  readonly baseline?: string;
  readonly explain?: ExplainedOutput;
  readonly multiLabel?: boolean;
  readonly out: string;
  readonly threads?: number;
  readonly device?: DeviceName;
  /** Bytes the model may work with. */
  readonly memory?: number;
}

export async function attributeCommand(flags: AttributeFlags, output: Output): Promise<void> {
  const method = methodNamed(flags.method);
  const options = parseOptions(method, {
    ...(flags.reference ? referenceOf(method) : {}),
    ...(flags.options ? jsonObject(flags.options, '--options') : {}),
  });
  const input = await readImageArray(flags.input);
  const baseline = flags.baseline === undefined ? undefined : await readImageArray(flags.baseline);
  const runner = await chooseRunner(
    flags.device,
    flags.threads === undefined ? {} : { threads: flags.threads },
  );
  const { bytes } = await readModelFile(flags.model);
  const classifier = await compileClassifier(bytes, runner, {
    inputShape: input.shape,
    explain: explainedOf(flags),
  });
  const progress = output.progress(method.name);
  const started = performance.now();
  const found = await attributeTargets(
    method,
    classifier,
    input,
    {
      baseline,
      runner,
      memoryLimit: flags.memory,
      onProgress: (fraction) => progress.set(fraction),
    },
    flags.target,
    options,
  );
  progress.done();
  const milliseconds = performance.now() - started;
  const map = stacked(found.map((attribution) => attribution.map));
  await writeFile(flags.out, writeNpy(map));
  await classifier.release();
  const gradients = total(found.map((attribution) => attribution.gradients));
  const completeness = found.map((attribution) => attribution.completeness ?? null);
  output.result(`${method.name}: ${gradients} gradients, ${milliseconds.toFixed(0)} ms → ${flags.out}`, {
    method: method.name,
    out: flags.out,
    shape: map.shape,
    gradients,
    forwards: total(found.map(({ forwards }) => forwards)),
    batchSize: found[0]!.batchSize,
    completeness: completeness.length === 1 ? completeness[0] : completeness,
    milliseconds,
    engine: runner.engine,
    device: runner.device,
  });
}

/** The probability of one label of several that may hold is its own sigmoid's. */
const explainedOf = ({ explain = 'score', multiLabel = false }: AttributeFlags): Explained =>
  explain === 'probability' && multiLabel ? 'label-probability' : explain;

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** The map of one class as it is; of several along a first axis. */
function stacked(maps: readonly Tensor32[]): Tensor32 {
  const [{ data, shape }] = maps as [Tensor32];
  if (maps.length === 1) return { data, shape };
  const all = new Float32Array(maps.length * data.length);
  maps.forEach((map, index) => {
    all.set(map.data, index * data.length);
  });
  return tensor(all, [maps.length, ...shape]);
}

function referenceOf(method: Method<unknown>): object {
  if (method.reference) return method.reference;
  throw new WrongUse(
    `--reference: expected a method with reference options (cxai methods), got ${method.name}`,
  );
}

/** One image [C, H, W] or [H, W, C]; a leading batch axis of 1 is dropped. */
async function readImageArray(path: string): Promise<Tensor> {
  const array = readNpy(new Uint8Array(await readFile(path)));
  const shape = array.shape.length === 4 && array.shape[0] === 1 ? array.shape.slice(1) : array.shape;
  const { data } = array;
  if (shape.length !== 3 || !(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new PermanentFault(
      `${path}: expected a float array of one image with 3 axes, got [${array.shape.join(', ')}]`,
      { code: 'array-not-an-image', remedy: 'Save it as float32 in the layout and units of the model.' },
    );
  }
  return tensor(data, shape);
}
