/**
 * Writes an ONNX model node by node while following which way images lie.
 *
 * TF.js keeps images as [N, H, W, C], ONNX convolutions want [N, C, H, W]. A value holds one or both forms; a
 * Transpose is added only where the other form is asked for, and once. The batch axis stays free.
 */
import { type Constant, floats, integers } from '../onnx/constant.ts';
import type { Attributes, Node } from '../onnx/graph.ts';
import { ints } from '../onnx/graph.ts';

/** `plain`: the order of the axes in TF.js. `first`: channels first, of images only (rank 4). */
export interface Value {
  readonly rank: number | undefined;
  readonly plain?: string;
  readonly first?: string;
  /** The value itself, where it is known. */
  readonly constant?: Constant;
}

const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];

export class OnnxEmitter {
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, Constant>();
  readonly #taken = new Set<string>();
  readonly #transposed = new Map<string, string>();
  #scope = 'model';

  /** Names of what follows begin with `name`: the layer's, which users know. */
  enter(name: string): void {
    this.#scope = name;
  }

  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = this.#name(`${this.#scope}/${op}`);
    this.nodes.push({ op, domain: '', inputs, outputs: [name], attributes });
    return name;
  }

  constant(constant: Constant, hint = 'constant'): string {
    const name = this.#name(`${this.#scope}/${hint}`);
    this.constants.set(name, constant);
    return name;
  }

  scalar(value: number): string {
    return this.constant(floats([value], []), 'scalar');
  }

  vector(values: readonly number[]): string {
    return this.constant(integers(values), 'vector');
  }

  /** The value with its axes in TF.js's order. */
  plain(value: Value): string {
    return value.plain ?? this.#transpose(value.first!, TO_LAST);
  }

  /** The image with its channels first. */
  first(value: Value): string {
    return value.first ?? this.#transpose(value.plain!, TO_FIRST);
  }

  /** An operator that works on each element alone: the form stays. */
  pointwise(value: Value, apply: (name: string) => string): Value {
    return value.first === undefined
      ? { rank: value.rank, plain: apply(this.plain(value)) }
      : { rank: 4, first: apply(value.first) };
  }

  /** The channel axis of the form that `pointwise` works on. */
  channelAxis(value: Value): number {
    return value.first === undefined ? -1 : 1;
  }

  #transpose(name: string, perm: readonly number[]): string {
    const key = `${perm.join('')} ${name}`;
    const known = this.#transposed.get(key);
    if (known) return known;
    const result = this.op('Transpose', [name], { perm: ints(perm) });
    this.#transposed.set(key, result);
    return result;
  }

  #name(wanted: string): string {
    let name = wanted;
    for (let count = 1; this.#taken.has(name); count++) name = `${wanted}_${count}`;
    this.#taken.add(name);
    return name;
  }
}

/** NumPy's transpose of a constant. */
export function permuted(constant: Constant, perm: readonly number[]): Constant {
  const shape = perm.map((axis) => constant.shape[axis]!);
  const strides = constant.shape.map((_, axis) =>
    constant.shape.slice(axis + 1).reduce((product, extent) => product * extent, 1),
  );
  const steps = perm.map((axis) => strides[axis]!);
  const data = constant.data.slice();
  const at = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    data[to] = constant.data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
  return { type: constant.type, shape, data };
}
