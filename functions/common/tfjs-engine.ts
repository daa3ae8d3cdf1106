/**
 * The second engine: TensorFlow.js. It runs TF.js models as they are and differentiates them by itself, so it is an
 * independent check on our gradient graphs.
 *
 * `@tensorflow/tfjs-node` where its native library is present, the pure-JavaScript back end elsewhere (hundreds of
 * times slower). The library is loaded when it is first asked for.
 */
import type * as Tfjs from '@tensorflow/tfjs';
import { PermanentFault, TransientFault } from '../../shared/errors.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import { elementCount, type Tensor, type Tensor32, toFloat32 } from '../../shared/tensor/tensor.ts';
import { parseModelJson } from '../../shared/tfjs/model-json.ts';
import { keras2Topology } from './keras2-topology.ts';

export interface TfjsFiles {
  /** The parsed model.json. */
  readonly json: unknown;
  /** Weight files by the names in its manifest. */
  readonly shards: ReadonlyMap<string, Uint8Array>;
}

export interface TfjsEngine {
  /** `tfjs-node 4.22.0` or `tfjs 4.22.0 (pure JavaScript)`: recorded in every result. */
  readonly engine: string;
  readonly native: boolean;
  /** Throws PermanentFault `engine-load` where TF.js does not know a layer or an operator. */
  open(files: TfjsFiles): Promise<Classifier>;
}

type Library = typeof Tfjs;

export async function loadTfjsEngine(): Promise<TfjsEngine> {
  const native = await nativeLibrary();
  const library: Library = native ?? ((await import('@tensorflow/tfjs')) as { default: Library }).default;
  if (!native) library.enableProdMode();
  await library.ready();
  const version = library.version_core;
  return {
    engine: native ? `tfjs-node ${version}` : `tfjs ${version} (pure JavaScript)`,
    native: native !== undefined,
    open: (files) => open(library, files),
  };
}

async function nativeLibrary(): Promise<Library | undefined> {
  try {
    const name: string = '@tensorflow/tfjs-node';
    return ((await import(name)) as { default: Library }).default;
  } catch {
    // Not installed, or without its native library: both are usual.
    return undefined;
  }
}

/** A model of TF.js behind two functions: how to compute scores, and the shape of one image. */
interface Loaded {
  readonly inputShape: readonly number[];
  /** 1 where the file fixes the batch axis. */
  readonly batchLimit: number;
  readonly apply: (batch: Tfjs.Tensor) => Tfjs.Tensor;
  readonly dispose: () => void;
}

async function open(tf: Library, files: TfjsFiles): Promise<Classifier> {
  const model = await loadModel(tf, files).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PermanentFault(`tfjs load: expected a model this engine can run, got: ${reason}`, {
      code: 'engine-load',
      remedy: 'Run it in the default engine: leave --engine out.',
      cause,
    });
  });
  const { inputShape } = model;
  const few = (extent: number | undefined): boolean => extent === 1 || extent === 3;
  const classCount = tf.tidy(() => model.apply(tf.zeros([1, ...inputShape])).size);
  return {
    inputShape,
    layout: few(inputShape.at(-1)) ? 'NHWC' : 'NCHW',
    classCount,
    async scores(batch) {
      const parts = inParts(batch, model).map((part) =>
        compute(() => tf.tidy(() => model.apply(tf.tensor(part.data, [...part.shape])).dataSync())),
      );
      return joined(parts, [batch.shape[0]!, classCount]);
    },
    async gradient(batch, targets) {
      const parts = inParts(batch, model).map((part, index) => {
        const chosen = targets.slice(index * model.batchLimit, index * model.batchLimit + part.shape[0]!);
        return compute(() => scoresAndGradient(tf, model, part, chosen, classCount));
      });
      return {
        scores: joined(
          parts.map(({ scores }) => scores),
          [batch.shape[0]!, classCount],
        ),
        gradient: joined(
          parts.map(({ gradient }) => gradient),
          batch.shape,
        ),
      };
    },
    async release() {
      model.dispose();
    },
  };
}

function scoresAndGradient(
  tf: Library,
  model: Loaded,
  part: Tensor32,
  targets: readonly number[],
  classCount: number,
): { readonly scores: Float32Array; readonly gradient: Float32Array } {
  return tf.tidy(() => {
    const image = tf.tensor(part.data, [...part.shape]);
    const oneHot = new Float32Array(targets.length * classCount);
    targets.forEach((target, row) => {
      oneHot[row * classCount + target] = 1;
    });
    const seed = tf.tensor(oneHot, [targets.length, classCount]);
    const { value, grad } = tf.valueAndGrad((x: Tfjs.Tensor) =>
      model.apply(x).reshape([part.shape[0]!, classCount]),
    )(image, seed);
    return { scores: value.dataSync() as Float32Array, gradient: grad.dataSync() as Float32Array };
  });
}

async function loadModel(tf: Library, { json, shards }: TfjsFiles): Promise<Loaded> {
  const { kind, manifest, topology, signature } = parseModelJson(json);
  const names = manifest.flatMap(({ paths }) => paths);
  const parts = names.map((name) => {
    const shard = shards.get(name);
    if (!shard) throw new Error(`no weight file ${name}`);
    return shard;
  });
  const artifacts = {
    modelTopology: kind === 'layers' ? keras2Topology(topology) : topology,
    weightSpecs: manifest.flatMap(({ weights }) => weights) as Tfjs.io.WeightsManifestEntry[],
    weightData: new Uint8Array(Buffer.concat(parts)).buffer,
    format: kind === 'layers' ? 'layers-model' : 'graph-model',
    ...(signature !== undefined && { signature: signature as object }),
  };
  const handler = tf.io.fromMemory(artifacts as Tfjs.io.ModelArtifacts);
  if (kind === 'graph') return graphModel(await tf.loadGraphModel(handler));
  return layersModel(await tf.loadLayersModel(handler));
}

function graphModel(model: Tfjs.GraphModel): Loaded {
  const [input] = model.inputs;
  const shape = input!.shape!;
  return {
    inputShape: shape.slice(1),
    batchLimit: shape[0]! > 0 ? shape[0]! : Number.MAX_SAFE_INTEGER,
    apply: (batch) => firstOf(model.execute({ [input!.name]: batch }, model.outputs[0]!.name)),
    dispose: () => model.dispose(),
  };
}

function layersModel(model: Tfjs.LayersModel): Loaded {
  const shape = model.inputs[0]!.shape;
  return {
    inputShape: shape.slice(1).map((extent) => extent!),
    batchLimit: shape[0] ?? Number.MAX_SAFE_INTEGER,
    apply: (batch) => firstOf(model.apply(batch, { training: false }) as Tfjs.Tensor | Tfjs.Tensor[]),
    dispose: () => model.dispose(),
  };
}

const firstOf = (result: Tfjs.Tensor | Tfjs.Tensor[]): Tfjs.Tensor =>
  Array.isArray(result) ? result[0]! : result;

function inParts(batch: Tensor, { batchLimit, inputShape }: Loaded): Tensor32[] {
  const { data, shape } = toFloat32(batch);
  const [count, ...image] = shape as [number, ...number[]];
  if (image.join() !== inputShape.join()) {
    throw new PermanentFault(
      `classifier: expected a batch of shape [N, ${inputShape.join(', ')}], got [${shape.join(', ')}]`,
      { code: 'input-shape' },
    );
  }
  const size = elementCount(image);
  const step = Math.min(batchLimit, count);
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => {
    const end = Math.min(count, (index + 1) * step);
    return { data: data.slice(index * step * size, end * size), shape: [end - index * step, ...image] };
  });
}

function joined(parts: readonly ArrayLike<number>[], shape: readonly number[]): Tensor32 {
  const data = new Float32Array(elementCount(shape));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { shape: [...shape], data };
}

function compute<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const outOfMemory = /alloc|out of memory/i.test(reason);
    const Fault = outOfMemory ? TransientFault : PermanentFault;
    throw new Fault(`tfjs run: expected a model this engine can run, got: ${reason}`, {
      code: outOfMemory ? 'engine-out-of-memory' : 'engine-run',
      cause,
    });
  }
}
