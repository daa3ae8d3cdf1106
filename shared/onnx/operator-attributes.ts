/**
 * The attributes each operator may carry, their kinds, and the values that are understood.
 *
 * An attribute that is skipped changes the model's answer without a word, so one that is not listed here is an offender,
 * as it is for onnxruntime. Kinds: i int, f float, s string, I ints, F floats, t tensor; `!` must be there.
 * Source: the operator pages of ONNX, operator sets 7 to 23.
 */
import type { Attribute, Node } from './graph.ts';
import { numberOf, numbersOf, textOf } from './graph.ts';

const WINDOW = 'auto_pad:s dilations:I kernel_shape:I pads:I strides:I';
const POOL = `${WINDOW.replace('kernel_shape:I', 'kernel_shape:I!')} ceil_mode:i`;
const REDUCE = 'axes:I keepdims:i noop_with_empty_axes:i';
const ALONG = 'axis:i';

const KNOWN: Readonly<Record<string, string>> = {
  ArgMax: 'axis:i keepdims:i select_last_index:i',
  ArgMin: 'axis:i keepdims:i select_last_index:i',
  AveragePool: `${POOL} count_include_pad:i`,
  BatchNormalization: 'epsilon:f momentum:f spatial:i training_mode:i',
  Cast: 'to:i! saturate:i round_mode:s',
  Celu: 'alpha:f',
  Clip: 'min:f max:f',
  Concat: 'axis:i!',
  Constant: 'value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s',
  ConstantOfShape: 'value:t',
  Conv: `${WINDOW} group:i`,
  ConvTranspose: `${WINDOW} group:i output_padding:I output_shape:I`,
  DepthToSpace: 'blocksize:i! mode:s',
  Dropout: 'ratio:f seed:i',
  Elu: 'alpha:f',
  Flatten: ALONG,
  Gather: ALONG,
  Gelu: 'approximate:s',
  Gemm: 'alpha:f beta:f transA:i transB:i',
  GlobalLpPool: 'p:i',
  GroupNormalization: 'epsilon:f num_groups:i! stash_type:i',
  HardSigmoid: 'alpha:f beta:f',
  InstanceNormalization: 'epsilon:f',
  IsInf: 'detect_negative:i detect_positive:i',
  LayerNormalization: 'axis:i epsilon:f stash_type:i',
  LeakyRelu: 'alpha:f',
  LogSoftmax: ALONG,
  LpNormalization: 'axis:i p:i',
  LpPool: `${POOL} p:i`,
  LRN: 'alpha:f beta:f bias:f size:i!',
  MaxPool: `${POOL} storage_order:i`,
  Mod: 'fmod:i',
  Pad: 'mode:s pads:I value:f',
  ReduceL1: REDUCE,
  ReduceL2: REDUCE,
  ReduceLogSum: REDUCE,
  ReduceLogSumExp: REDUCE,
  ReduceMax: REDUCE,
  ReduceMean: REDUCE,
  ReduceMin: REDUCE,
  ReduceProd: REDUCE,
  ReduceSum: REDUCE,
  ReduceSumSquare: REDUCE,
  Reshape: 'allowzero:i',
  Resize:
    'antialias:i axes:I coordinate_transformation_mode:s cubic_coeff_a:f exclude_outside:i extrapolation_value:f keep_aspect_ratio_policy:s mode:s nearest_mode:s',
  Selu: 'alpha:f gamma:f',
  Shape: 'end:i start:i',
  Slice: 'axes:I ends:I starts:I',
  Softmax: ALONG,
  SpaceToDepth: 'blocksize:i!',
  Split: 'axis:i num_outputs:i split:I',
  Squeeze: 'axes:I',
  ThresholdedRelu: 'alpha:f',
  Transpose: 'perm:I',
  Unsqueeze: 'axes:I',
  Upsample: 'mode:s scales:F',
};

const KINDS: Readonly<Record<string, readonly Attribute['kind'][]>> = {
  // Files of the first IR version may leave the kind out: a 0 then reads as either.
  i: ['int'],
  f: ['float', 'int'],
  s: ['string'],
  I: ['ints', 'int'],
  F: ['floats', 'int'],
  t: ['tensor'],
};

const isOn = (name: string) => (node: Node) => numberOf(node, name, 0) === 1;
const notOneOf =
  (name: string, ...known: readonly string[]) =>
  (node: Node) =>
    !known.includes(textOf(node, name, known[0]!));
const someBeside = (name: string, usual: number) => (node: Node) =>
  numbersOf(node, name)?.some((value) => value !== usual) ?? false;

type Rule = readonly [what: string, applies: (node: Node) => boolean];

const PADDING: Rule = [
  'an unknown auto_pad',
  notOneOf('auto_pad', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
];
const BELOW_ONE: Rule = [
  'a stride, dilation or group below 1',
  (node) =>
    ['strides', 'dilations', 'kernel_shape'].some((name) =>
      numbersOf(node, name)?.some((value) => value < 1),
    ) || numberOf(node, 'group', 1) < 1,
];
const UNDERSTOOD_RESIZE: readonly Rule[] = [
  ['antialias', isOn('antialias')],
  ['exclude_outside', isOn('exclude_outside')],
  ['axes', (node) => node.attributes.axes !== undefined],
  ['an aspect ratio policy', notOneOf('keep_aspect_ratio_policy', 'stretch')],
  ['an unknown mode', notOneOf('mode', 'nearest', 'linear', 'bilinear', 'cubic')],
  [
    'unknown coordinates',
    notOneOf(
      'coordinate_transformation_mode',
      'half_pixel',
      'asymmetric',
      'align_corners',
      'pytorch_half_pixel',
      'tf_half_pixel_for_nn',
    ),
  ],
];

/** Values that are not understood. */
const EXCLUDED: Readonly<Record<string, readonly Rule[]>> = {
  AveragePool: [PADDING, BELOW_ONE, ['dilations', someBeside('dilations', 1)]],
  BatchNormalization: [
    ['training mode', isOn('training_mode')],
    ['spatial = 0', (node) => numberOf(node, 'spatial', 1) === 0],
  ],
  Constant: [['text values', (node) => node.attributes.value_string !== undefined]],
  Conv: [PADDING, BELOW_ONE],
  ConvTranspose: [PADDING, BELOW_ONE],
  DepthToSpace: [['an unknown mode', notOneOf('mode', 'DCR', 'CRD')]],
  Gelu: [['an unknown approximation', notOneOf('approximate', 'none', 'tanh')]],
  LpPool: [PADDING, BELOW_ONE, ['ceil_mode', isOn('ceil_mode')], ['dilations', someBeside('dilations', 1)]],
  MaxPool: [PADDING, BELOW_ONE],
  Pad: [['an unknown mode', notOneOf('mode', 'constant', 'reflect', 'edge', 'wrap')]],
  Resize: UNDERSTOOD_RESIZE,
  Upsample: [['an unknown mode', notOneOf('mode', 'nearest', 'linear', 'bilinear')]],
};

/** One phrase for everything about this node's attributes that is not understood. */
export function attributeOffenders(node: Node): string[] {
  const known = new Map(
    (KNOWN[node.op] ?? '')
      .split(' ')
      .filter(Boolean)
      .map((entry) => entry.split(':') as [string, string]),
  );
  const unknown = Object.entries(node.attributes).flatMap(([name, { kind }]) => {
    const expected = known.get(name);
    if (expected === undefined) return [`${node.op}, attribute ${name}: not known`];
    const fits = KINDS[expected[0]!]!.includes(kind);
    return fits ? [] : [`${node.op}, attribute ${name}: of kind ${kind}`];
  });
  const missing = [...known].flatMap(([name, kind]) =>
    kind.endsWith('!') && !node.attributes[name] ? [`${node.op}, attribute ${name}: missing`] : [],
  );
  const excluded = (EXCLUDED[node.op] ?? []).flatMap(([what, applies]) =>
    applies(node) ? [`${node.op} with ${what}`] : [],
  );
  return [...unknown, ...missing, ...excluded];
}
