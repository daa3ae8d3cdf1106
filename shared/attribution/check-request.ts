/**
 * The one check at the door of every method: input shape, finite values, a class that exists.
 */
import { PermanentFault } from '../errors.ts';
import type { Classifier } from '../runtime/classifier.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { AttributionContext } from './method.ts';

/** Throws PermanentFault (`target-unknown`) where `target` is no class of a model with `classCount` classes. */
function checkTarget(where: string, target: number, classCount: number): void {
  if (Number.isInteger(target) && target >= 0 && target < classCount) return;
  throw new PermanentFault(
    `${where}: expected a class index from 0 to ${classCount - 1} (the model has ${classCount} classes), got ${target}`,
    { code: 'target-unknown', remedy: 'Choose one of the classes of the model.', details: { classCount } },
  );
}

/** Throws PermanentFault where an array is not one finite image of the model's input shape. */
function checkImage(where: string, what: string, image: Tensor, shape: readonly number[]): void {
  const elements = shape.reduce((product, extent) => product * extent, 1);
  const same = image.shape.length === shape.length && image.shape.every((extent, i) => extent === shape[i]);
  if (!same || image.data.length !== elements) {
    throw new PermanentFault(
      `${where}: expected ${what} of shape [${shape.join(', ')}], got [${image.shape.join(', ')}]`,
      { code: 'input-shape', remedy: "Give one image in the model's own layout, without a batch axis." },
    );
  }
  // v − v is 0 for finite v and NaN for the others, so one sum asks all of them.
  let sum = 0;
  for (let i = 0; i < image.data.length; i++) sum += image.data[i]! - image.data[i]!;
  if (sum === 0) return;
  const bad = image.data.findIndex((value) => !Number.isFinite(value));
  throw new PermanentFault(
    `${where}: expected finite values in ${what}, got ${image.data[bad]} at element ${bad}`,
    { code: 'input-not-finite' },
  );
}

/** Everything a method may assume about its arguments. */
export function checkRequest(
  where: string,
  model: Classifier,
  input: Tensor,
  context: AttributionContext,
): void {
  checkTarget(where, context.target, model.classCount);
  checkImage(where, 'an input', input, model.inputShape);
  if (context.baseline) checkImage(where, 'a baseline', context.baseline, model.inputShape);
  if (context.background) {
    const [count = 0] = context.background.shape;
    checkImage(where, 'background images', context.background, [Math.max(1, count), ...model.inputShape]);
  }
}
