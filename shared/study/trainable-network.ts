/**
 * A network as training sees it: named parameters, kept side by side in one flat vector, and a way to add the
 * forward pass to a graph.
 */
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementCount, type Tensor32 } from '../tensor/tensor.ts';

export type Parameters = ReadonlyMap<string, Tensor32>;

/** How a forward pass gets what differs between training and use. */
export interface NetworkParts {
  readonly image: string;
  readonly batch: number;
  /** The value that holds a parameter. */
  readonly parameter: (name: string) => string;
  /** Batch normalization: `layer`.scale and `layer`.bias are its parameters. */
  readonly normalize: (value: string, layer: string) => string;
  /** Applied to hidden units [N, D]. */
  readonly dropout: (value: string) => string;
}

export interface TrainableNetwork {
  /** [C, H, W] of one image. */
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  /** Trainable parameters in the order of the layers. */
  readonly parameterShapes: ReadonlyMap<string, readonly number[]>;
  /** Layers with batch normalization -> channels. */
  readonly normalized: ReadonlyMap<string, number>;
  /** Units that dropout is applied to; 0 where there is none. */
  readonly droppedUnits: number;
  /** Adds the forward pass; returns the logits [N, K]. */
  readonly addForward: (builder: GraphBuilder, parts: NetworkParts) => string;
}

export interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly count: number;
}

export interface ParameterLayout {
  readonly slots: readonly Slot[];
  readonly size: number;
  /** The first so many numbers are weights, which decay; biases and scales follow. */
  readonly decaying: number;
}

/** Matrices and kernels first, then vectors; each in the order of the layers. */
export function parameterLayout({
  parameterShapes,
}: Pick<TrainableNetwork, 'parameterShapes'>): ParameterLayout {
  const all = [...parameterShapes];
  const isWeight = (shape: readonly number[]): boolean => shape.length > 1;
  const ordered = [
    ...all.filter(([, shape]) => isWeight(shape)),
    ...all.filter(([, shape]) => !isWeight(shape)),
  ];
  let size = 0;
  const slots = ordered.map(([name, shape]) => {
    const slot = { name, shape, offset: size, count: elementCount(shape) };
    size += slot.count;
    return slot;
  });
  const vectors = slots.find(({ shape }) => !isWeight(shape));
  return { slots, size, decaying: vectors?.offset ?? size };
}

/** One flat vector of the parameters. */
export function flatten({ slots, size }: ParameterLayout, parameters: Parameters): Float32Array {
  const flat = new Float32Array(size);
  for (const { name, offset, count } of slots) {
    const { data } = parameters.get(name)!;
    if (data.length !== count) throw new Error(`internal: parameter ${name} holds ${data.length} numbers`);
    flat.set(data, offset);
  }
  return flat;
}

/** The parameters that a flat vector holds; views of it, not copies. */
export function unflatten({ slots }: ParameterLayout, flat: Float32Array): Map<string, Tensor32> {
  return new Map(
    slots.map(({ name, shape, offset, count }) => [
      name,
      { shape, data: flat.subarray(offset, offset + count) },
    ]),
  );
}
