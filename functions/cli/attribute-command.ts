/** `cxai attribute`: arrays in, arrays out, in the model's own layout and units. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Method } from '../../shared/attribution/method.ts';
import { methodNamed, parseOptions } from '../../shared/attribution/registry.ts';
import { PermanentFault } from '../../shared/errors.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import { readNpy, writeNpy } from '../../shared/tensor/npy.ts';
import { type Tensor, tensor } from '../../shared/tensor/tensor.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import { readModelFile } from '../common/read-model-file.ts';
import { jsonObject } from './method-flags.ts';
import type { Output } from './output.ts';
import { WrongUse } from './wrong-use.ts';

export interface AttributeFlags {
  readonly model: string;
  readonly input: string;
  readonly target: number;
  readonly method: string;
  readonly options?: string;
  /** Start from the options that repeat the published reference. */
  readonly reference?: boolean;
  readonly baseline?: string;
  /** What is explained: the model's output, or the logit before its last softmax or sigmoid. */
  readonly explain?: 'score' | 'logit';
  readonly out: string;
  readonly threads?: number;
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
  const runner = createOnnxRuntimeRunner(flags.threads === undefined ? {} : { threads: flags.threads });
  const { bytes } = await readModelFile(flags.model);
  const classifier = await compileClassifier(bytes, runner, {
    inputShape: input.shape,
    ...(flags.explain && { explain: flags.explain }),
  });
  const progress = output.progress(method.name);
  const started = performance.now();
  const attribution = await method.attribute(
    classifier,
    input,
    {
      target: flags.target,
      baseline,
      runner,
      memoryLimit: flags.memory,
      onProgress: (fraction) => progress.set(fraction),
    },
    options,
  );
  progress.done();
  const milliseconds = performance.now() - started;
  await writeFile(flags.out, writeNpy(attribution.map));
  await classifier.release();
  output.result(
    `${method.name}: ${attribution.gradients} gradients, ${milliseconds.toFixed(0)} ms → ${flags.out}`,
    {
      method: method.name,
      out: flags.out,
      shape: attribution.map.shape,
      gradients: attribution.gradients,
      forwards: attribution.forwards,
      batchSize: attribution.batchSize,
      completeness: attribution.completeness ?? null,
      milliseconds,
    },
  );
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
