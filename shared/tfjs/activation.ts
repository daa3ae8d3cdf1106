/**
 * Activation functions by Keras's names. `hard_sigmoid` is clip(x/5 + 1/2) in Keras 2 and clip(x/6 + 1/2) in
 * Keras 3. Source: tf.keras.activations and keras.activations.
 */
import { float, int } from '../onnx/graph.ts';
import type { OnnxEmitter, Value } from './onnx-emitter.ts';
import { unsupported } from './tfjs-refusal.ts';

type Pointwise = (emit: OnnxEmitter, name: string) => string;

const simple =
  (op: string): Pointwise =>
  (emit, name) =>
    emit.op(op, [name]);

export function clipped(low: number, high: number): Pointwise {
  return (emit, name) => emit.op('Clip', [name, emit.scalar(low), emit.scalar(high)]);
}

export function leaky(slope: number): Pointwise {
  return (emit, name) => emit.op('LeakyRelu', [name], { alpha: float(slope) });
}

const swish: Pointwise = (emit, name) => emit.op('Mul', [name, emit.op('Sigmoid', [name])]);

/** x/2 · (1 + erf(x/√2)). */
const gelu: Pointwise = (emit, name) => {
  const inner = emit.op('Erf', [emit.op('Mul', [name, emit.scalar(Math.SQRT1_2)])]);
  return emit.op('Mul', [emit.op('Mul', [name, emit.scalar(0.5)]), emit.op('Add', [inner, emit.scalar(1)])]);
};

const hardSigmoid =
  (slope: number): Pointwise =>
  (emit, name) =>
    emit.op('HardSigmoid', [name], { alpha: float(slope), beta: float(0.5) });

const POINTWISE: Readonly<Record<string, Pointwise>> = {
  relu: simple('Relu'),
  relu6: clipped(0, 6),
  sigmoid: simple('Sigmoid'),
  tanh: simple('Tanh'),
  elu: simple('Elu'),
  selu: simple('Selu'),
  softplus: simple('Softplus'),
  softsign: simple('Softsign'),
  exponential: simple('Exp'),
  swish,
  silu: swish,
  gelu,
  mish: simple('Mish'),
  leaky_relu: leaky(0.2),
};

/** Throws `unsupported` for a name that is not known. */
export function activate(emit: OnnxEmitter, value: Value, activation: string, kerasMajor: number): Value {
  if (activation === 'linear') return value;
  if (activation === 'softmax' || activation === 'log_softmax') {
    const op = activation === 'softmax' ? 'Softmax' : 'LogSoftmax';
    return emit.pointwise(value, (name) => emit.op(op, [name], { axis: int(emit.channelAxis(value)) }));
  }
  const pointwise =
    activation === 'hard_sigmoid' ? hardSigmoid(kerasMajor >= 3 ? 1 / 6 : 0.2) : POINTWISE[activation];
  if (!pointwise) throw unsupported(`activation ${activation}`);
  return emit.pointwise(value, (name) => pointwise(emit, name));
}
