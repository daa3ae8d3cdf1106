/** Lowerings of operators that move or count elements: all become Reshape, Transpose, Slice, Pad, Gather... */
import { elementCount } from '../../tensor/tensor.ts';
import { positiveAxis } from '../broadcast.ts';
import {
  type Constant,
  ELEMENT_TYPES,
  type ElementType,
  elementTypeOf,
  filled,
  integers,
  isFloat,
} from '../constant.ts';
import { int, ints, type Node, numberOf, numbersOf, textOf } from '../graph.ts';
import { type GraphBuilder, refuseImpossible } from '../graph-builder.ts';
import { type Lowering, lowering } from '../lowering.ts';
import { refusal } from '../refusal.ts';

/** A list given as an attribute (older form) or as a constant input (newer form). */
export function listOf(
  node: Node,
  graph: GraphBuilder,
  attribute: string,
  input: number,
): readonly number[] | undefined {
  const constant = graph.constantOf(node.inputs[input]);
  if (constant) return [...constant.data];
  if (node.inputs[input]) throw refusal([`${node.op} whose ${attribute} are computed from the image`]);
  return numbersOf(node, attribute);
}

export function reshapeTo(graph: GraphBuilder, input: string, shape: readonly number[]): string {
  return graph.op('Reshape', [input, graph.vector(shape)]);
}

const identity: Lowering['lower'] = (node) => node.inputs[0]!;

const dropout: Lowering['lower'] = (node, graph) => {
  const training = graph.constantOf(node.inputs[2]);
  if (training?.data[0] || (node.inputs[2] && !training))
    throw refusal(['operator Dropout in training mode']);
  return node.inputs[0]!;
};

const constant: Lowering['lower'] = (node, graph) => {
  const { value, value_int, value_ints, value_float, value_floats } = node.attributes;
  if (value?.kind === 'tensor') return graph.constant(value.value);
  if (value_int) return graph.constant(integers([numberOf(node, 'value_int', 0)], []));
  if (value_ints) return graph.constant(integers(numbersOf(node, 'value_ints') ?? []));
  if (value_float) return graph.scalar(numberOf(node, 'value_float', 0));
  if (value_floats) {
    const data = Float32Array.from(numbersOf(node, 'value_floats') ?? []);
    return graph.constant({ type: 'float32', shape: [data.length], data });
  }
  throw refusal(['Constant of text or sparse values']);
};

const constantOfShape: Lowering['lower'] = (node, graph) => {
  const shape = graph.constantOf(node.inputs[0]);
  if (!shape) throw refusal(['ConstantOfShape whose shape is computed from the image']);
  const value = node.attributes.value?.kind === 'tensor' ? node.attributes.value.value : filled(0, [1]);
  refuseImpossible(node.op, [...shape.data]);
  return graph.constant(filled(value.data[0]!, [...shape.data], value.type));
};

const shape: Lowering['lower'] = (node, graph) => {
  const extents = graph.shape(node.inputs[0]!);
  const start = positiveAxis(numberOf(node, 'start', 0), extents.length);
  const end = positiveAxis(numberOf(node, 'end', extents.length), extents.length);
  return graph.constant(integers(extents.slice(start, end)));
};

const size: Lowering['lower'] = (node, graph) =>
  graph.constant(integers([elementCount(graph.shape(node.inputs[0]!))], []));

const flatten: Lowering['lower'] = (node, graph) => {
  const extents = graph.shape(node.inputs[0]!);
  const axis = positiveAxis(numberOf(node, 'axis', 1), extents.length);
  const rows = elementCount(extents.slice(0, axis));
  return reshapeTo(graph, node.inputs[0]!, [rows, elementCount(extents.slice(axis))]);
};

const squeeze: Lowering['lower'] = (node, graph) => {
  const extents = graph.shape(node.inputs[0]!);
  const given = listOf(node, graph, 'axes', 1)?.map((axis) => positiveAxis(axis, extents.length));
  const shape = extents.filter((extent, axis) => (given ? !given.includes(axis) : extent !== 1));
  return reshapeTo(graph, node.inputs[0]!, shape);
};

const unsqueeze: Lowering['lower'] = (node, graph) => {
  const shape = [...graph.shape(node.inputs[0]!)];
  const given = listOf(node, graph, 'axes', 1) ?? [];
  const rank = shape.length + given.length;
  for (const axis of given.map((axis) => positiveAxis(axis, rank)).sort((a, b) => a - b))
    shape.splice(axis, 0, 1);
  return reshapeTo(graph, node.inputs[0]!, shape);
};

const cast: Lowering['lower'] = (node, graph) => {
  const to: ElementType = elementTypeOf(numberOf(node, 'to', 1)) ?? 'float32';
  const wanted = isFloat(to) ? 'float32' : to;
  // Half precision is computed in float32, which holds more; double precision would lose half its digits unsaid.
  if (to === 'float64' && !graph.constantOf(node.inputs[0]))
    throw refusal(['Cast to type float64 (expected float32)']);
  if (graph.type(node.inputs[0]!) === wanted) return node.inputs[0]!;
  return graph.op('Cast', [node.inputs[0]!], { to: int(ELEMENT_TYPES[wanted]) });
};

const split: Lowering['lower'] = (node, graph) => {
  const extents = graph.shape(node.inputs[0]!);
  const axis = positiveAxis(numberOf(node, 'axis', 0), extents.length);
  const parts = node.outputs.length;
  const each = Math.ceil(extents[axis]! / parts);
  const even = node.outputs.map((_, index) => Math.min(each, extents[axis]! - index * each));
  const sizes = listOf(node, graph, 'split', 1) ?? even;
  return graph.ops('Split', [node.inputs[0]!, graph.vector(sizes)], { axis: int(axis) }, parts);
};

const slice: Lowering['lower'] = (node, graph) => {
  const input = node.inputs[0]!;
  const extents = graph.shape(input);
  const begins = listOf(node, graph, 'starts', 1)!;
  const ends = listOf(node, graph, 'ends', 2)!;
  const axes = (listOf(node, graph, 'axes', 3) ?? begins.map((_, index) => index)).map((axis) =>
    positiveAxis(axis, extents.length),
  );
  const steps = listOf(node, graph, 'steps', 4) ?? begins.map(() => 1);
  const forward = {
    begins: [] as number[],
    ends: [] as number[],
    axes: [] as number[],
    steps: [] as number[],
  };
  let result = input;
  axes.forEach((axis, index) => {
    const extent = extents[axis]!;
    const step = steps[index]!;
    const [begin, end] = clampSlice(begins[index]!, ends[index]!, step, extent);
    if (step < 0) {
      const picked: number[] = [];
      for (let at = begin; at > end; at += step) picked.push(at);
      result = graph.op('Gather', [result, graph.vector(picked)], { axis: int(axis) });
    } else if (begin !== 0 || end !== extent || step !== 1) {
      forward.begins.push(begin);
      forward.ends.push(end);
      forward.axes.push(axis);
      forward.steps.push(step);
    }
  });
  if (forward.axes.length === 0) return result;
  const lists = [forward.begins, forward.ends, forward.axes, forward.steps].map((list) => graph.vector(list));
  return graph.op('Slice', [result, ...lists]);
};

function clampSlice(begin: number, end: number, step: number, extent: number): [number, number] {
  const from = begin < 0 ? begin + extent : begin;
  const to = end < 0 ? end + extent : end;
  if (step > 0) return [Math.min(Math.max(from, 0), extent), Math.min(Math.max(to, 0), extent)];
  return [Math.min(Math.max(from, 0), extent - 1), Math.min(Math.max(to, -1), extent - 1)];
}

const pad: Lowering['lower'] = (node, graph) => {
  const input = node.inputs[0]!;
  const extents = graph.shape(input);
  const rank = extents.length;
  const pads = fullPads(node, graph, rank);
  const mode = textOf(node, 'mode', 'constant');
  if (pads.every((amount) => amount === 0)) return input;
  if (mode !== 'constant') return padByGather(graph, input, pads, mode);
  const cropped = cropNegative(graph, input, pads);
  const grown = pads.map((amount) => Math.max(0, amount));
  if (grown.every((amount) => amount === 0)) return cropped;
  if (node.inputs[2] && !graph.constantOf(node.inputs[2])) {
    throw refusal(['Pad whose value is computed from the image']);
  }
  const fill = graph.constantOf(node.inputs[2])?.data[0] ?? numberOf(node, 'value', 0);
  return graph.op('Pad', [cropped, graph.vector(grown), graph.scalar(fill)]);
};

function fullPads(node: Node, graph: GraphBuilder, rank: number): number[] {
  const given = listOf(node, graph, 'pads', 1) ?? [];
  const axes = graph.constantOf(node.inputs[3]);
  if (!axes) return [...given];
  const pads = new Array<number>(2 * rank).fill(0);
  axes.data.forEach((axis, index) => {
    pads[positiveAxis(axis, rank)] = given[index]!;
    pads[positiveAxis(axis, rank) + rank] = given[index + axes.data.length]!;
  });
  return pads;
}

function cropNegative(graph: GraphBuilder, input: string, pads: readonly number[]): string {
  const extents = graph.shape(input);
  if (pads.every((amount) => amount >= 0)) return input;
  const begins = extents.map((_, axis) => Math.max(0, -pads[axis]!));
  const ends = extents.map((extent, axis) => extent - Math.max(0, -pads[axis + extents.length]!));
  const lists = [begins, ends, extents.map((_, axis) => axis), extents.map(() => 1)];
  return graph.op('Slice', [input, ...lists.map((list) => graph.vector(list))]);
}

/** Reflected and repeated borders pick existing rows, so they are Gathers. */
function padByGather(graph: GraphBuilder, input: string, pads: readonly number[], mode: string): string {
  const extents = graph.shape(input);
  return extents.reduce((value, extent, axis) => {
    const [begin, end] = [pads[axis]!, pads[axis + extents.length]!];
    if (begin === 0 && end === 0) return value;
    const picked = Array.from({ length: extent + begin + end }, (_, at) =>
      borderIndex(at - begin, extent, mode),
    );
    return graph.op('Gather', [value, graph.vector(picked)], { axis: int(axis) });
  }, input);
}

function borderIndex(at: number, extent: number, mode: string): number {
  if (mode === 'edge') return Math.min(Math.max(at, 0), extent - 1);
  if (mode === 'wrap') return ((at % extent) + extent) % extent;
  if (mode !== 'reflect') throw refusal([`Pad of mode ${mode}`]);
  const period = Math.max(1, 2 * (extent - 1));
  const folded = ((at % period) + period) % period;
  return folded < extent ? folded : period - folded;
}

const tile: Lowering['lower'] = (node, graph) => {
  const repeats = graph.constantOf(node.inputs[1]);
  if (!repeats) throw refusal(['Tile whose repeats are computed from the image']);
  return [...repeats.data].reduce(
    (value, count, axis) =>
      count === 1 ? value : graph.op('Concat', new Array<string>(count).fill(value), { axis: int(axis) }),
    node.inputs[0]!,
  );
};

/** DepthToSpace and SpaceToDepth: split the axes, permute, join. */
const depthToSpace: Lowering['lower'] = (node, graph) => {
  const [n, c, h, w] = graph.shape(node.inputs[0]!) as [number, number, number, number];
  const block = numberOf(node, 'blocksize', 1);
  const depth = c / block ** 2;
  const depthFirst = textOf(node, 'mode', 'DCR') === 'DCR';
  const apart = reshapeTo(
    graph,
    node.inputs[0]!,
    depthFirst ? [n, block, block, depth, h, w] : [n, depth, block, block, h, w],
  );
  const order = depthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
  return reshapeTo(graph, graph.op('Transpose', [apart], { perm: ints(order) }), [
    n,
    depth,
    h * block,
    w * block,
  ]);
};

const spaceToDepth: Lowering['lower'] = (node, graph) => {
  const [n, c, h, w] = graph.shape(node.inputs[0]!) as [number, number, number, number];
  const block = numberOf(node, 'blocksize', 1);
  const apart = reshapeTo(graph, node.inputs[0]!, [n, c, h / block, block, w / block, block]);
  const moved = graph.op('Transpose', [apart], { perm: ints([0, 3, 5, 1, 2, 4]) });
  return reshapeTo(graph, moved, [n, c * block ** 2, h / block, w / block]);
};

const gather: Lowering['lower'] = (node, graph) => {
  const indices: Constant | undefined = graph.constantOf(node.inputs[1]);
  if (!indices && !graph.constantOf(node.inputs[0]))
    throw refusal(['Gather whose indices are computed from the image']);
  const extents = graph.shape(node.inputs[0]!);
  const axis = positiveAxis(numberOf(node, 'axis', 0), extents.length);
  if (indices?.data.some((at) => !(at >= -extents[axis]! && at < extents[axis]!))) {
    throw refusal([`Gather beyond the extent ${extents[axis]} of axis ${axis}`]);
  }
  return graph.op('Gather', [node.inputs[0]!, node.inputs[1]!], { axis: int(axis) });
};

export const SHAPE_LOWERINGS: readonly Lowering[] = [
  lowering('Identity', identity),
  lowering('Dropout', dropout),
  lowering('Constant', constant),
  lowering('ConstantOfShape', constantOfShape),
  lowering('Shape', shape),
  lowering('Size', size),
  lowering('Flatten', flatten),
  lowering('Squeeze', squeeze),
  lowering('Unsqueeze', unsqueeze),
  lowering('Cast', cast),
  lowering('Split', split),
  lowering('Slice', slice),
  lowering('Pad', pad),
  lowering('Tile', tile),
  lowering('DepthToSpace', depthToSpace),
  lowering('SpaceToDepth', spaceToDepth),
  lowering('Gather', gather),
];
