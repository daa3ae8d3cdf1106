/**
 * Shape inference for the operators of a lowered graph: fixed input shapes in, fixed output shapes out.
 *
 * Inputs that shapes depend on (targets of Reshape, ends of Slice, pads) must be constants by now. Source: the
 * operator pages of ONNX, operator set 18.
 */
import { elementCount } from '../tensor/tensor.ts';
import { broadcastShape, positiveAxis } from './broadcast.ts';
import { type Constant, elementTypeOf } from './constant.ts';
import { type Node, numberOf, numbersOf, type ValueType } from './graph.ts';
import { refusal } from './refusal.ts';
import { explicitWindow, windowCounts, windowExtents } from './window.ts';

/** What inference needs to know of the graph around a node. */
export interface TypeContext {
  readonly values: ReadonlyMap<string, ValueType>;
  constantOf(name: string | undefined): Constant | undefined;
}

type Shapes = readonly (readonly number[])[];
/** Returns the shapes of all outputs; element types follow the first input unless listed below. */
type ShapeRule = (node: Node, shapes: Shapes, constants: readonly (Constant | undefined)[]) => Shapes;

/** Types of all outputs that the operator can have. Throws a refusal naming the node. */
export function inferTypes(node: Node, context: TypeContext): ValueType[] {
  const rule = SHAPE_RULES[node.op];
  if (!rule) throw refusal([`operator ${node.op}`]);
  const values = node.inputs.map((name) => (name === '' ? undefined : context.values.get(name)));
  const constants = node.inputs.map((name) => context.constantOf(name));
  const shapes = rule(
    node,
    values.map((value) => value?.shape ?? []),
    constants,
  );
  return shapes.map((shape, index) => ({ type: outputType(node, values, index), shape }));
}

const TRUTH = new Set([
  'Equal',
  'Less',
  'LessOrEqual',
  'Greater',
  'GreaterOrEqual',
  'And',
  'Or',
  'Not',
  'IsNaN',
  'IsInf',
]);

function outputType(
  node: Node,
  inputs: readonly (ValueType | undefined)[],
  index: number,
): ValueType['type'] {
  if (TRUTH.has(node.op)) return 'bool';
  if (node.op === 'Cast') return elementTypeOf(numberOf(node, 'to', 1)) ?? 'float32';
  if (node.op === 'ArgMax' || node.op === 'ArgMin' || (node.op === 'MaxPool' && index === 1)) return 'int64';
  if (node.op === 'Where') return inputs[1]!.type;
  return inputs[0]?.type ?? 'float32';
}

function unknownShape(node: Node, what: string): never {
  throw refusal([`${node.op} ${node.outputs[0] ?? ''} with ${what} that is not known before the model runs`]);
}

function misfit(node: Node, shapes: Shapes): never {
  throw refusal([`${node.op} of shapes ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ')}`]);
}

const same: ShapeRule = (_node, [shape]) => [shape!];

const broadcast: ShapeRule = (node, shapes) => [broadcastShape(...shapes) ?? misfit(node, shapes)];

/** The numbers of windows, at least one along each axis. */
function countsOf(node: Node, shapes: Shapes): number[] {
  const extents = shapes[0]!.slice(2);
  if (!isWindow(node, extents.length)) misfit(node, shapes);
  const counts = windowCounts(node, explicitWindow(node), extents);
  if (!counts.every((count) => count >= 1)) misfit(node, shapes);
  return counts;
}

/** One entry in every list for each axis of the image, two in the pads. */
function isWindow(node: Node, rank: number): boolean {
  const { kernel, strides, dilations, pads } = explicitWindow(node);
  const lists = [kernel, strides, dilations].every((list) => list.length === rank);
  return rank > 0 && lists && pads.length === 2 * rank;
}

const conv: ShapeRule = (node, shapes) => {
  const [input, weight] = shapes;
  const group = numberOf(node, 'group', 1);
  const fits = input!.length >= 3 && weight!.length === input!.length && weight![0]! % group === 0;
  if (!fits || input![1] !== weight![1]! * group) misfit(node, shapes);
  return [[input![0]!, weight![0]!, ...countsOf(node, shapes)]];
};

const convTranspose: ShapeRule = (node, shapes) => {
  const [input, weight] = shapes;
  const fits = input!.length >= 3 && weight!.length === input!.length;
  if (!fits || input![1] !== weight![0] || !isWindow(node, input!.length - 2)) misfit(node, shapes);
  const window = explicitWindow(node);
  const spans = windowExtents(window);
  const extra = numbersOf(node, 'output_padding') ?? spans.map(() => 0);
  const extents = input!.slice(2).map((extent, axis) => {
    const pads = window.pads[axis]! + window.pads[axis + spans.length]!;
    return window.strides[axis]! * (extent - 1) + extra[axis]! + spans[axis]! - pads;
  });
  return [[input![0]!, weight![1]! * numberOf(node, 'group', 1), ...extents]];
};

const pool: ShapeRule = (node, shapes) => {
  const input = shapes[0]!;
  const shape = [...input.slice(0, 2), ...countsOf(node, shapes)];
  return node.op === 'MaxPool' ? [shape, shape] : [shape];
};

const globalPool: ShapeRule = (_node, [input]) => [input!.map((extent, axis) => (axis < 2 ? extent : 1))];

const gemm: ShapeRule = (node, shapes) => {
  const [left, right] = shapes as [number[], number[]];
  if (left.length !== 2 || right.length !== 2) misfit(node, shapes);
  const transLeft = numberOf(node, 'transA', 0) === 1;
  const transRight = numberOf(node, 'transB', 0) === 1;
  if (left[transLeft ? 0 : 1] !== right[transRight ? 1 : 0]) misfit(node, shapes);
  return [[left[transLeft ? 1 : 0]!, right[transRight ? 0 : 1]!]];
};

const matMul: ShapeRule = (node, shapes) => {
  const [left, right] = shapes as [number[], number[]];
  const batch = broadcastShape(left.slice(0, -2), right.slice(0, -2));
  if (left.length < 2 || right.length < 2 || !batch || left.at(-1) !== right.at(-2)) misfit(node, shapes);
  return [[...batch!, left.at(-2)!, right.at(-1)!]];
};

const reshape: ShapeRule = (node, shapes, constants) => {
  const input = shapes[0]!;
  const target = constants[1] ?? unknownShape(node, 'a target shape');
  const literalZero = numberOf(node, 'allowzero', 0) === 1;
  const shape = Array.from(target.data, (d, axis) => (d === 0 && !literalZero ? (input[axis] ?? 0) : d));
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = elementCount(input) / shape.reduce((p, d) => (d === -1 ? p : p * d), 1);
  if (elementCount(shape) !== elementCount(input) || !shape.every(Number.isInteger)) {
    throw refusal([`Reshape of [${input.join(', ')}] to [${[...target.data].join(', ')}]`]);
  }
  return [shape];
};

const transpose: ShapeRule = (node, [input]) => {
  const order = numbersOf(node, 'perm') ?? input!.map((_, axis) => input!.length - 1 - axis);
  const valid = order.length === input!.length && new Set(order).size === order.length;
  if (!valid || order.some((axis) => !(axis >= 0 && axis < order.length))) misfit(node, [input!, order]);
  return [order.map((axis) => input![axis]!)];
};

const concat: ShapeRule = (node, shapes) => {
  const axis = positiveAxis(numberOf(node, 'axis', 0), shapes[0]!.length);
  const fits = shapes.every((shape) => shape.every((extent, a) => a === axis || extent === shapes[0]![a]));
  if (!fits) misfit(node, shapes);
  return [
    shapes[0]!.map((extent, a) => (a === axis ? shapes.reduce((sum, shape) => sum + shape[a]!, 0) : extent)),
  ];
};

const split: ShapeRule = (node, [input], constants) => {
  const axis = positiveAxis(numberOf(node, 'axis', 0), input!.length);
  const sizes = constants[1] ?? unknownShape(node, 'sizes');
  return Array.from(sizes.data, (size) => input!.map((extent, a) => (a === axis ? size : extent)));
};

const slice: ShapeRule = (node, [input], constants) => {
  const [, begins, ends, axes, steps] = constants;
  if (!begins || !ends || !axes || !steps) unknownShape(node, 'bounds');
  const shape = [...input!];
  axes!.data.forEach((axis, index) => {
    const length = Math.ceil((ends!.data[index]! - begins!.data[index]!) / steps!.data[index]!);
    shape[axis] = Math.max(0, length);
  });
  return [shape];
};

const pad: ShapeRule = (node, [input], constants) => {
  const pads = constants[1] ?? unknownShape(node, 'pads');
  return [input!.map((extent, axis) => extent + pads.data[axis]! + pads.data[axis + input!.length]!)];
};

const gather: ShapeRule = (node, [input, indices]) => {
  const axis = positiveAxis(numberOf(node, 'axis', 0), input!.length);
  return [[...input!.slice(0, axis), ...indices!, ...input!.slice(axis + 1)]];
};

const expand: ShapeRule = (node, shapes, constants) => {
  const target = constants[1] ?? unknownShape(node, 'a target shape');
  return [broadcastShape(shapes[0]!, [...target.data]) ?? misfit(node, shapes)];
};

const reduce: ShapeRule = (node, [input], constants) => {
  const axes = new Set(
    Array.from(constants[1]?.data ?? input!.keys(), (axis) => positiveAxis(axis, input!.length)),
  );
  const kept = numberOf(node, 'keepdims', 1) === 1;
  return [input!.flatMap((extent, axis) => (axes.has(axis) ? (kept ? [1] : []) : [extent]))];
};

const argMax: ShapeRule = (node, [input]) => {
  const reduced = positiveAxis(numberOf(node, 'axis', 0), input!.length);
  const kept = numberOf(node, 'keepdims', 1) === 1;
  return [input!.flatMap((extent, axis) => (axis === reduced ? (kept ? [1] : []) : [extent]))];
};

const resize: ShapeRule = (node, _shapes, constants) => [
  [...(constants[3] ?? unknownShape(node, 'sizes')).data],
];

const unpool: ShapeRule = (node, _shapes, constants) => [
  [...(constants[2] ?? unknownShape(node, 'a shape')).data],
];

const range: ShapeRule = (node, _shapes, constants) => {
  const [start, limit, delta] = constants.map((constant) => constant?.data[0]);
  if (start === undefined || limit === undefined || delta === undefined) unknownShape(node, 'bounds');
  return [[Math.max(0, Math.ceil((limit! - start!) / delta!))]];
};

const depthToSpace: ShapeRule = (node, [input]) => {
  const [n, c, h, w] = input as [number, number, number, number];
  const block = numberOf(node, 'blocksize', 1);
  return [[n, c / block ** 2, h * block, w * block]];
};

function rules(names: string, rule: ShapeRule): Record<string, ShapeRule> {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]));
}

const SHAPE_RULES: Readonly<Record<string, ShapeRule>> = {
  ...rules(
    'Relu LeakyRelu Elu Selu Celu Sigmoid HardSigmoid Tanh Softplus Softsign Erf Exp Log Sqrt Neg Abs',
    same,
  ),
  ...rules('Sign Floor Ceil Round Not IsNaN IsInf Cast Clip Softmax LogSoftmax BatchNormalization LRN', same),
  ...rules('Sin Cos ScatterElements', same),
  ...rules(
    'Add Sub Mul Div Pow Min Max Mod Where Equal Less LessOrEqual Greater GreaterOrEqual And Or',
    broadcast,
  ),
  ...rules('MaxPool AveragePool', pool),
  GlobalAveragePool: globalPool,
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxUnpool: unpool,
  Gemm: gemm,
  MatMul: matMul,
  Reshape: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Gather: gather,
  Expand: expand,
  Resize: resize,
  DepthToSpace: depthToSpace,
  Range: range,
  ...rules('ReduceSum ReduceMean ReduceProd ReduceMax ReduceMin', reduce),
  ...rules('ArgMax ArgMin', argMax),
};

/** Operators a lowered graph may hold. */
export const LOWERED_OPERATORS: ReadonlySet<string> = new Set(Object.keys(SHAPE_RULES));
