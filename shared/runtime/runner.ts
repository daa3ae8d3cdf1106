/**
 * The runner port: what runs an ONNX graph. One adapter per back end (onnxruntime-node in functions/common,
 * onnxruntime-web in the viewer); everything in shared/ sees only this.
 */
import type { Tensor32 } from '../tensor/tensor.ts';

export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Runs the graph once. Feeds and results are float32, keyed by tensor name. Results named in `into` are written
   * to its arrays, whose shapes must fit; a training step would else allocate its whole state each time.
   */
  run(
    feeds: Readonly<Record<string, Tensor32>>,
    into?: Readonly<Record<string, Tensor32>>,
  ): Promise<Record<string, Tensor32>>;
  release(): Promise<void>;
}

export interface Runner {
  /** `onnxruntime-node 1.30.0`: recorded in every result. */
  readonly engine: string;
  readonly device: 'cpu' | 'cuda' | 'webgpu' | 'wasm';
  /** Opens serialized ONNX (`ModelProto` bytes). */
  load(model: Uint8Array): Promise<Session>;
}
