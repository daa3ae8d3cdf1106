/** What a layer rule is: one call of a Keras layer said in ONNX operators. */
import type { Constant } from '../onnx/constant.ts';
import type { LayerConfig } from './layer-config.ts';
import type { OnnxEmitter, Value } from './onnx-emitter.ts';

export interface LayerContext {
  readonly emit: OnnxEmitter;
  readonly config: LayerConfig;
  readonly inputs: readonly [Value, ...Value[]];
  /** Major version of the Keras that wrote the file. */
  readonly kerasMajor: number;
  /** The layer's weight of this name (`kernel`, `bias`). Throws `unsupported` where the file lacks it. */
  weight(name: string): Constant;
  has(name: string): boolean;
}

/** Throws `unsupported` for a configuration it cannot say. */
export type LayerRule = (layer: LayerContext) => Value;
export type LayerRules = Readonly<Record<string, LayerRule>>;
