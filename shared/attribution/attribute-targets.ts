/**
 * One method for several classes in one pass: a map for each, calls of all classes joined into full batches
 * (which speeds up methods that ask for one gradient after another). Each map is what the class alone gets.
 */
import type { Classifier } from '../runtime/classifier.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { batchSizeFor } from './batch-size.ts';
import type { Attribution, AttributionContext, Method } from './method.ts';
import { sideBySide } from './side-by-side.ts';

/** Attributions in the order of `targets` (class indices). */
export async function attributeTargets<O>(
  method: Method<O>,
  model: Classifier,
  input: Tensor,
  context: Omit<AttributionContext, 'target'>,
  targets: readonly number[],
  options: O,
): Promise<Attribution[]> {
  const { signal, onProgress, memoryLimit } = context;
  const batchSize = context.batchSize ?? batchSizeFor(model.inputShape, memoryLimit);
  const done = targets.map(() => 0);
  const report = (index: number, fraction: number): void => {
    done[index] = fraction;
    onProgress?.(done.reduce((sum, value) => sum + value, 0) / done.length);
  };
  return sideBySide(
    model,
    { where: method.name, batchSize, signal },
    targets.map((target, index) => (lane) => {
      const watch = { onProgress: (fraction: number) => report(index, fraction) };
      return method.attribute(lane, input, { ...context, ...watch, batchSize, target }, options);
    }),
  );
}
