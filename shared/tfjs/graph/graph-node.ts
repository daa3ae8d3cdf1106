/** A node of a TensorFlow GraphDef as model.json holds it: names, operators, attributes as tagged JSON. */
import type { Constant } from '../../onnx/constant.ts';
import type { OnnxEmitter, Value } from '../onnx-emitter.ts';
import { unsupported } from '../tfjs-refusal.ts';

type Attribute = Readonly<Record<string, unknown>>;

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of values: `node`, or `node:1` for its second output. Control edges are left out. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute | undefined>>;
}

export interface OperatorContext {
  readonly emit: OnnxEmitter;
  readonly node: GraphNode;
  readonly inputs: readonly [Value, ...Value[]];
  /** The operator that gives input `index`. */
  producer(index: number): GraphNode | undefined;
}

/** Throws `unsupported` for attributes it cannot say. */
export type OperatorRule = (context: OperatorContext) => Value;
export type OperatorRules = Readonly<Record<string, OperatorRule>>;

/** The value of input `index`, which shapes depend on. */
export function constantInput({ inputs }: OperatorContext, index: number): Constant {
  const constant = inputs[index]?.constant;
  if (!constant) throw unsupported(`input ${index} is not a constant`);
  return constant;
}

export function numberAttribute({ attributes }: GraphNode, name: string, fallback: number): number {
  const value = attributes[name]?.f ?? attributes[name]?.i;
  return value === undefined ? fallback : Number(value);
}

export function flagAttribute({ attributes }: GraphNode, name: string): boolean {
  return attributes[name]?.b === true;
}

/** Strings are kept in base64. */
export function textAttribute({ attributes }: GraphNode, name: string, fallback: string): string {
  const value = attributes[name]?.s;
  return typeof value === 'string' ? atob(value) : fallback;
}

export function numbersAttribute({ attributes }: GraphNode, name: string): readonly number[] | undefined {
  const list = attributes[name]?.list as { readonly i?: readonly unknown[] } | undefined;
  return list?.i?.map(Number);
}

export function textsAttribute({ attributes }: GraphNode, name: string): readonly string[] {
  const list = attributes[name]?.list as { readonly s?: readonly string[] } | undefined;
  return list?.s?.map((text) => atob(text)) ?? [];
}
