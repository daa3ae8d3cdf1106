/**
 * One run of an onnxruntime session, the same in Node and in the browser: float32 feeds in, float32 results out.
 * Both builds share this interface; the tensor class is the build's own, so it is passed in.
 */
import { type CxaiError, PermanentFault } from '../errors.ts';
import type { Tensor32 } from '../tensor/tensor.ts';

interface EngineTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

export interface EngineSession<T> {
  readonly outputNames: readonly string[];
  run(
    feeds: Record<string, T>,
    fetches: Record<string, T | null>,
  ): Promise<Readonly<Record<string, EngineTensor>>>;
}

/** Throws what `asFault` makes of the engine's error, PermanentFault `engine-output-type` for other types. */
export async function runSession<T>(
  session: EngineSession<T>,
  tensorOf: (tensor: Tensor32) => T,
  feeds: Readonly<Record<string, Tensor32>>,
  asFault: (cause: unknown) => CxaiError,
  into: Readonly<Record<string, Tensor32>> = {},
): Promise<Record<string, Tensor32>> {
  let outputs: Readonly<Record<string, EngineTensor>>;
  try {
    const inputs: Record<string, T> = {};
    for (const [name, feed] of Object.entries(feeds)) inputs[name] = tensorOf(feed);
    const fetches: Record<string, T | null> = {};
    for (const name of session.outputNames) fetches[name] = into[name] ? tensorOf(into[name]) : null;
    outputs = await session.run(inputs, fetches);
  } catch (cause) {
    throw asFault(cause);
  }
  const results: Record<string, Tensor32> = {};
  for (const [name, value] of Object.entries(outputs)) {
    if (!(value.data instanceof Float32Array)) {
      throw new PermanentFault(`onnxruntime run: expected float32 output, got ${value.type} (${name})`, {
        code: 'engine-output-type',
      });
    }
    results[name] = { data: value.data, shape: value.dims };
  }
  return results;
}
