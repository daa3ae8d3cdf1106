/**
 * The graph between reading and writing: nodes in topological order, named values, constants.
 *
 * A `Model` is what a file says, in the operator-set version of the file. A `Graph` is specialized: every
 * value has a fixed shape and element type, operators are of the one version OPSET.
 */
import type { Constant, ElementType } from './constant.ts';

/** The operator-set version that lowered graphs and gradient graphs are written in. */
export const OPSET = 18;

export type Attribute =
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints' | 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Constant }
  | { readonly kind: 'graph' };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly op: string;
  /** '' for ONNX's own operators. */
  readonly domain: string;
  /** Names of values; '' for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface ValueType {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** A declared input or output; `undefined` extents are dynamic. */
export interface DeclaredValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | undefined)[] | undefined;
}

export interface Model {
  readonly opset: number;
  readonly producer: string;
  /** The one image input. */
  readonly input: DeclaredValue;
  /** The first declared output: the scores. */
  readonly output: DeclaredValue;
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
}

export interface Graph {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly values: ReadonlyMap<string, ValueType>;
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });

/** The number in an int or float attribute, or `fallback` where the attribute is absent. */
export function numberOf(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : fallback;
}

/** The list in an ints or floats attribute; undefined where the attribute is absent. */
export function numbersOf(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === 'ints' || attribute?.kind === 'floats' ? attribute.value : undefined;
}

export function textOf(node: Node, name: string, fallback: string): string {
  const attribute = node.attributes[name];
  return attribute?.kind === 'string' ? attribute.value : fallback;
}
