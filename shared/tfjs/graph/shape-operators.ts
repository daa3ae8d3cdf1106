/** Operators of TensorFlow that move elements or compute shapes. */
import { type Attributes, int, ints, text } from '../../onnx/graph.ts';
import { concatenate } from '../combine.ts';
import { resizeTo } from '../layers/pooling.ts';
import { unsupported } from '../tfjs-refusal.ts';
import { asImage, imageOf } from './convolution-operators.ts';
import {
  constantInput,
  flagAttribute,
  numberAttribute,
  numbersAttribute,
  type OperatorContext,
  type OperatorRule,
  type OperatorRules,
} from './graph-node.ts';

const TO_END = 2 ** 31 - 1;

const identity: OperatorRule = ({ inputs }) => inputs[0];

const reshape: OperatorRule = (context) => {
  const { emit, inputs } = context;
  const producer = context.producer(1);
  const rank =
    inputs[1]?.constant?.data.length ?? (producer?.op === 'Pack' ? producer.inputs.length : undefined);
  return { rank, plain: emit.op('Reshape', [emit.plain(inputs[0]), emit.plain(inputs[1]!)]) };
};

/** Moving the channels to the front or back only says which form the image is in. */
const transpose: OperatorRule = (context) => {
  const { emit, inputs } = context;
  const perm = [...constantInput(context, 1).data];
  const [value] = inputs;
  if (perm.join() === '0,3,1,2') return { rank: 4, plain: emit.first(value) };
  if (perm.join() === '0,2,3,1') return { rank: 4, first: emit.plain(value) };
  return { rank: perm.length, plain: emit.op('Transpose', [emit.plain(value)], { perm: ints(perm) }) };
};

const squeeze: OperatorRule = ({ emit, node, inputs }) => {
  const axes = numbersAttribute(node, 'squeeze_dims') ?? numbersAttribute(node, 'axis') ?? [];
  if (axes.length === 0) throw unsupported('axes that are not named');
  const { rank } = inputs[0];
  const plain = emit.op('Squeeze', [emit.plain(inputs[0]), emit.vector(axes)]);
  return { rank: rank === undefined ? undefined : rank - axes.length, plain };
};

const expandDims: OperatorRule = (context) => {
  const { emit, inputs } = context;
  const [axis] = constantInput(context, 1).data as unknown as [number];
  const { rank } = inputs[0];
  const plain = emit.op('Unsqueeze', [emit.plain(inputs[0]), emit.vector([axis])]);
  return { rank: rank === undefined ? undefined : rank + 1, plain };
};

const pack: OperatorRule = ({ emit, node, inputs }) => {
  const axis = numberAttribute(node, 'axis', 0);
  const parts = inputs.map((value) => emit.op('Unsqueeze', [emit.plain(value), emit.vector([axis])]));
  const { rank } = inputs[0];
  return {
    rank: rank === undefined ? undefined : rank + 1,
    plain: emit.op('Concat', parts, { axis: int(axis) }),
  };
};

const concat: OperatorRule = (context) => {
  const { emit, inputs } = context;
  const last = inputs.length - 1;
  const axis = constantInput(context, last).data[0]!;
  return concatenate(emit, inputs.slice(0, last), axis);
};

const shape: OperatorRule = ({ emit, inputs }) => ({
  rank: 1,
  plain: emit.op('Shape', [emit.plain(inputs[0])]),
});

/** Bits of the masks: an open beginning, an open end, an axis that is dropped. */
const stridedSlice: OperatorRule = (context) => {
  const { emit, node, inputs } = context;
  const [begin, end, steps] = [1, 2, 3].map((index) => [...constantInput(context, index).data]) as [
    number[],
    number[],
    number[],
  ];
  if (numberAttribute(node, 'ellipsis_mask', 0) !== 0 || numberAttribute(node, 'new_axis_mask', 0) !== 0) {
    throw unsupported('an ellipsis or a new axis');
  }
  const masked = (name: string, axis: number): boolean =>
    ((numberAttribute(node, name, 0) >> axis) & 1) === 1;
  const dropped = begin.map((_, axis) => axis).filter((axis) => masked('shrink_axis_mask', axis));
  if (steps.some((step) => step < 1)) throw unsupported('a step backwards');
  const starts = begin.map((at, axis) => (masked('begin_mask', axis) ? 0 : at));
  const ends = end.map((at, axis) => {
    if (dropped.includes(axis)) return starts[axis] === -1 ? TO_END : starts[axis]! + 1;
    return masked('end_mask', axis) ? TO_END : at;
  });
  const ranges = [starts, ends, begin.map((_, axis) => axis), steps].map((list) => emit.vector(list));
  const sliced = emit.op('Slice', [emit.plain(inputs[0]), ...ranges]);
  const { rank } = inputs[0];
  const plain = dropped.length > 0 ? emit.op('Squeeze', [sliced, emit.vector(dropped)]) : sliced;
  return { rank: rank === undefined ? undefined : rank - dropped.length, plain };
};

const slice: OperatorRule = (context) => {
  const { emit, inputs } = context;
  const starts = [...constantInput(context, 1).data];
  const sizes = constantInput(context, 2).data;
  const ends = starts.map((start, axis) => (sizes[axis] === -1 ? TO_END : start + sizes[axis]!));
  const ranges = [starts, ends, starts.map((_, axis) => axis)].map((list) => emit.vector(list));
  return { rank: inputs[0].rank, plain: emit.op('Slice', [emit.plain(inputs[0]), ...ranges]) };
};

const pad =
  (mode: string): OperatorRule =>
  (context) => {
    const { emit, inputs } = context;
    const { data, shape: pads } = constantInput(context, 1);
    const rank = pads[0]!;
    const image = inputs[0].rank === 4 && rank === 4;
    const axes = image ? [0, 3, 1, 2] : Array.from({ length: rank }, (_, axis) => axis);
    const list = [0, 1].flatMap((side) => axes.map((axis) => data[2 * axis + side]!));
    const value = inputs[2] ? [emit.plain(inputs[2])] : mode === 'constant' ? [emit.scalar(0)] : [];
    const source = image ? emit.first(inputs[0]) : emit.plain(inputs[0]);
    const name = emit.op('Pad', [source, emit.vector(list), ...value], { mode: text(mode) });
    return image ? { rank: 4, first: name } : { rank, plain: name };
  };

const mirrorPad: OperatorRule = (context) => {
  const mode = context.node.attributes.mode?.s;
  if (typeof mode !== 'string' || atob(mode) !== 'REFLECT') throw unsupported('a mode that is not REFLECT');
  return pad('reflect')(context);
};

/** Whole numbers keep 64 bits: they are shapes. */
const cast: OperatorRule = ({ emit, node, inputs }) => {
  const type = String(node.attributes.DstT?.type);
  const to = type === 'DT_FLOAT' ? 1 : type === 'DT_INT32' || type === 'DT_INT64' ? 7 : undefined;
  if (to === undefined) throw unsupported(`element type ${type}`);
  return emit.pointwise(inputs[0], (name) => emit.op('Cast', [name], { to: int(to) }));
};

function sampling(context: OperatorContext, mode: 'nearest' | 'linear'): Attributes {
  const corners = flagAttribute(context.node, 'align_corners');
  const centers = flagAttribute(context.node, 'half_pixel_centers');
  const coordinates = corners ? 'align_corners' : centers ? 'half_pixel' : 'asymmetric';
  return {
    mode: text(mode),
    coordinate_transformation_mode: text(coordinates),
    nearest_mode: text(coordinates === 'asymmetric' ? 'floor' : 'round_prefer_ceil'),
  };
}

const resize =
  (mode: 'nearest' | 'linear'): OperatorRule =>
  (context) => {
    const { emit, inputs } = context;
    const size = [...constantInput(context, 1).data];
    return asImage(context, resizeTo(emit, imageOf(context, inputs[0]), size, sampling(context, mode)));
  };

const depthBlocks =
  (op: 'DepthToSpace' | 'SpaceToDepth'): OperatorRule =>
  (context) => {
    const { emit, node, inputs } = context;
    const blocksize = int(numberAttribute(node, 'block_size', 2));
    return asImage(context, emit.op(op, [imageOf(context, inputs[0])], { blocksize }));
  };

export const SHAPE_OPERATORS: OperatorRules = {
  Identity: identity,
  Snapshot: identity,
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  ExpandDims: expandDims,
  Pack: pack,
  ConcatV2: concat,
  Shape: shape,
  StridedSlice: stridedSlice,
  Slice: slice,
  Pad: pad('constant'),
  PadV2: pad('constant'),
  MirrorPad: mirrorPad,
  Cast: cast,
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
  DepthToSpace: depthBlocks('DepthToSpace'),
  SpaceToDepth: depthBlocks('SpaceToDepth'),
};
