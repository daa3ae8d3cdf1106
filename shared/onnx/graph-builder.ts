/**
 * Builds a graph whose values all have fixed shapes.
 *
 * Every operator added is shape-inferred at once; one whose inputs are all constants is evaluated instead of
 * added, so shapes computed by Shape → Gather → Concat fold away by themselves. Nodes are only appended.
 */
import { elementCount } from '../tensor/tensor.ts';
import { type Constant, type ElementType, filled, integers } from './constant.ts';
import { evaluate } from './evaluate.ts';
import type { Attributes, Graph, Node, ValueType } from './graph.ts';
import { inferTypes } from './infer-types.ts';
import { refusal } from './refusal.ts';

/** Weights above this size are not evaluated: the engine folds what it wants itself. */
const LARGEST_FOLDED = 1 << 22;

export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, Constant>();
  readonly values = new Map<string, ValueType>();
  readonly inputs: string[] = [];
  readonly #scalars = new Map<string, string>();
  #fresh = 0;

  /** A builder that goes on where `graph` ends; `graph` itself is not changed. */
  static from(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder();
    builder.inputs.push(...graph.inputs);
    builder.nodes.push(...graph.nodes);
    for (const [name, constant] of graph.constants) builder.constants.set(name, constant);
    for (const [name, value] of graph.values) builder.values.set(name, value);
    return builder;
  }

  input(name: string, shape: readonly number[], type: ElementType = 'float32'): string {
    this.inputs.push(name);
    this.values.set(name, { type, shape });
    return name;
  }

  constant(constant: Constant, hint = 'constant'): string {
    const name = this.#name(hint);
    this.constants.set(name, constant);
    this.values.set(name, { type: constant.type, shape: constant.shape });
    return name;
  }

  /** A float32 scalar, made once per value. */
  scalar(value: number): string {
    const key = `float ${value}`;
    const known = this.#scalars.get(key);
    if (known) return known;
    const name = this.constant(filled(value, []), 'scalar');
    this.#scalars.set(key, name);
    return name;
  }

  /** An int64 vector, made once per list of values. */
  vector(values: readonly number[]): string {
    const key = `ints ${values.join(' ')}`;
    const known = this.#scalars.get(key);
    if (known) return known;
    const name = this.constant(integers(values), 'vector');
    this.#scalars.set(key, name);
    return name;
  }

  /** The first output of a new node. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(op, inputs, attributes, 1)[0]!;
  }

  /** The outputs of a new node. Throws `internal:` or a shape error where the inputs do not fit. */
  ops(op: string, inputs: readonly string[], attributes: Attributes, outputCount: number): string[] {
    const node = { op, domain: '', inputs, attributes, outputs: [] as string[] };
    const types = inferTypes(node, this);
    for (const { shape } of types) refuseImpossible(op, shape);
    if (types.every(({ shape }) => elementCount(shape) <= LARGEST_FOLDED)) {
      const folded = this.#evaluate(node, types);
      if (folded) return [this.constant(folded, op)];
    }
    for (let index = 0; index < outputCount; index++) {
      const name = this.#name(op);
      node.outputs.push(name);
      this.values.set(name, types[index]!);
    }
    this.nodes.push(node);
    return node.outputs;
  }

  shape(name: string): readonly number[] {
    return this.#value(name).shape;
  }

  type(name: string): ElementType {
    return this.#value(name).type;
  }

  /** The constant a name stands for, if it is one. */
  constantOf(name: string | undefined): Constant | undefined {
    return name ? this.constants.get(name) : undefined;
  }

  /** The graph so far, ending in `outputs`; nodes and constants that do not lead there are left out. */
  build(outputs: readonly string[]): Graph {
    const needed = new Set(outputs);
    const nodes: Node[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      nodes.push(node);
      for (const name of node.inputs) needed.add(name);
    }
    const constants = new Map([...this.constants].filter(([name]) => needed.has(name)));
    return { inputs: this.inputs, outputs, nodes: nodes.reverse(), constants, values: this.values };
  }

  #value(name: string): ValueType {
    const value = this.values.get(name);
    if (!value) throw new Error(`internal: value ${name} is not in the graph`);
    return value;
  }

  #evaluate(node: Node, types: readonly ValueType[]): Constant | undefined {
    if (types.length !== 1) return undefined;
    const inputs = node.inputs.map((name) => this.constantOf(name));
    if (!inputs.every((constant) => constant !== undefined)) return undefined;
    return evaluate(node, inputs, types[0]!);
  }

  #name(hint: string): string {
    let name: string;
    do name = `${hint}_${this.#fresh++}`;
    while (this.values.has(name));
    return name;
  }
}

/** More elements than any back end can hold: a damaged file, or shapes that multiplied. */
const MOST_ELEMENTS = 2 ** 31 - 1;

export function refuseImpossible(op: string, shape: readonly number[]): void {
  const possible = shape.every((extent) => Number.isInteger(extent) && extent >= 0);
  if (!possible || elementCount(shape) > MOST_ELEMENTS) {
    throw refusal([`operator ${op} with a result of shape [${shape.join(', ')}]`]);
  }
}
