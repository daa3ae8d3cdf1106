/**
 * How many images go into one model call: as many as fit into the memory allowed, at most 8. It changes speed
 * and memory, never the result.
 *
 * A gradient pass keeps the feature maps of the whole network until it ends. For ResNet-50 and VGG-16 these are
 * about 150 and 180 times the bytes of the input image; 200 is taken, so that the usual networks fit.
 */
const BYTES_PER_FLOAT = 4;
const WORKING_BYTES_PER_INPUT_BYTE = 200;
/** Beyond it the engine gains nothing on two cores. */
const LARGEST_BATCH = 8;

/** 1 GiB: 8 images of 224×224×3. */
export const DEFAULT_MEMORY_LIMIT = 2 ** 30;

/** From 1 to 8 images of `inputShape` (one image, float32) for `memoryLimit` bytes of the model's work. */
export function batchSizeFor(inputShape: readonly number[], memoryLimit = DEFAULT_MEMORY_LIMIT): number {
  const elements = inputShape.reduce((product, extent) => product * extent, 1);
  const perImage = elements * BYTES_PER_FLOAT * WORKING_BYTES_PER_INPUT_BYTE;
  return Math.max(1, Math.min(LARGEST_BATCH, Math.floor(memoryLimit / perImage)));
}
