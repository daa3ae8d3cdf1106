/** Activation, normalization and merging layers. */
import { floats } from '../../onnx/constant.ts';
import { float, int } from '../../onnx/graph.ts';
import { activate, clipped, leaky } from '../activation.ts';
import { combine, concatenate } from '../combine.ts';
import { activationIn, axisIn, numberIn, numbersIn } from '../layer-config.ts';
import type { LayerContext, LayerRule, LayerRules } from '../layer-rule.ts';
import { unsupported } from '../tfjs-refusal.ts';
import { affine } from './convolution.ts';

const activation: LayerRule = ({ emit, config, inputs, kerasMajor }) =>
  activate(emit, inputs[0], activationIn(config), kerasMajor);

/** min(max_value, x > 0 ? x : slope · x). */
const relu: LayerRule = ({ emit, config, inputs }) => {
  const slope = numberIn(config, 'negative_slope', 0);
  const limit = typeof config.max_value === 'number' ? config.max_value : undefined;
  if (numberIn(config, 'threshold', 0) !== 0) throw unsupported('a threshold');
  return emit.pointwise(inputs[0], (name) => {
    if (slope === 0) return limit === undefined ? emit.op('Relu', [name]) : clipped(0, limit)(emit, name);
    const leaked = leaky(slope)(emit, name);
    return limit === undefined ? leaked : emit.op('Min', [leaked, emit.scalar(limit)]);
  });
};

const leakyRelu: LayerRule = ({ emit, config, inputs }) => {
  const slope = numberIn(config, 'alpha', numberIn(config, 'negative_slope', 0.3));
  return emit.pointwise(inputs[0], (name) => leaky(slope)(emit, name));
};

const elu: LayerRule = ({ emit, config, inputs }) =>
  emit.pointwise(inputs[0], (name) => emit.op('Elu', [name], { alpha: float(numberIn(config, 'alpha', 1)) }));

const softmax: LayerRule = ({ emit, config, inputs }) => {
  const rank = inputs[0].rank ?? 2;
  if (axisIn(config, rank) !== rank - 1) throw unsupported(`axis ${JSON.stringify(config.axis)}`);
  return activate(emit, inputs[0], 'softmax', 2);
};

const batchNormalization: LayerRule = (layer) => {
  const { emit, config, inputs, weight } = layer;
  const [value] = inputs;
  const rank = value.rank ?? 4;
  if (axisIn(config, rank) !== rank - 1) throw unsupported(`axis ${JSON.stringify(config.axis)}`);
  const [mean, variance] = [weight('moving_mean'), weight('moving_variance')];
  const gamma = config.scale === false ? floats(mean.data.map(() => 1)) : weight('gamma');
  const beta = config.center === false ? floats(mean.data.map(() => 0)) : weight('beta');
  const epsilon = numberIn(config, 'epsilon', 1e-3);
  if (rank === 4) {
    const constants = [gamma, beta, mean, variance].map((each) => emit.constant(each, 'statistics'));
    const first = emit.op('BatchNormalization', [emit.first(value), ...constants], {
      epsilon: float(epsilon),
    });
    return { rank: 4, first };
  }
  const scale = Array.from(gamma.data, (each, at) => each / Math.sqrt(variance.data[at]! + epsilon));
  return affine(
    layer,
    scale,
    Array.from(beta.data, (each, at) => each - scale[at]! * mean.data[at]!),
  );
};

const layerNormalization: LayerRule = ({ emit, config, inputs, weight }) => {
  const rank = inputs[0].rank ?? 4;
  if (axisIn(config, rank) !== rank - 1) throw unsupported(`axis ${JSON.stringify(config.axis)}`);
  const channels = weight(config.scale === false ? 'beta' : 'gamma').shape[0]!;
  const gamma = config.scale === false ? floats(new Array(channels).fill(1)) : weight('gamma');
  const constants = [gamma, ...(config.center === false ? [] : [weight('beta')])];
  const plain = emit.op(
    'LayerNormalization',
    [emit.plain(inputs[0]), ...constants.map((each) => emit.constant(each, 'affine'))],
    { axis: int(-1), epsilon: float(numberIn(config, 'epsilon', 1e-3)) },
  );
  return { rank, plain };
};

const rescaling: LayerRule = (layer) =>
  affine(layer, numbersIn(layer.config, 'scale', 1), numbersIn(layer.config, 'offset', 0));

/** (x − mean)/max(√variance, 1e-7), per channel; the statistics are weights or in the configuration. */
const normalization: LayerRule = (layer) => {
  const { config, has, weight } = layer;
  if (config.invert === true) throw unsupported('invert');
  const statistic = (name: string): readonly number[] =>
    has(name) ? Array.from(weight(name).data) : numbersIn(config, name, Number.NaN);
  const scale = statistic('variance').map((variance) => 1 / Math.max(Math.sqrt(variance), 1e-7));
  const mean = statistic('mean');
  if ([...scale, ...mean].some(Number.isNaN)) throw unsupported('statistics that were never adapted');
  return affine(
    layer,
    scale,
    mean.map((each, at) => -each * scale[at]!),
  );
};

const merge =
  (op: string): LayerRule =>
  ({ emit, inputs }) =>
    combine(emit, op, inputs);

const average: LayerRule = ({ emit, inputs }) =>
  emit.pointwise(combine(emit, 'Add', inputs), (name) =>
    emit.op('Mul', [name, emit.scalar(1 / inputs.length)]),
  );

const concat: LayerRule = ({ emit, config, inputs }) =>
  concatenate(emit, inputs, axisIn(config, inputs[0].rank ?? 4));

/** Layers that do something only while a model is trained. */
const asItIs: LayerRule = ({ inputs }: LayerContext) => inputs[0];

export const ELEMENTWISE_RULES: LayerRules = {
  Activation: activation,
  ReLU: relu,
  LeakyReLU: leakyRelu,
  ELU: elu,
  Softmax: softmax,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Rescaling: rescaling,
  Normalization: normalization,
  Add: merge('Add'),
  Subtract: merge('Sub'),
  Multiply: merge('Mul'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Average: average,
  Concatenate: concat,
  Dropout: asItIs,
  SpatialDropout2D: asItIs,
  GaussianDropout: asItIs,
  GaussianNoise: asItIs,
  AlphaDropout: asItIs,
  ActivityRegularization: asItIs,
};
