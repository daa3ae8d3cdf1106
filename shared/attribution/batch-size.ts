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

/**
 * The size of each of a series of calls for `count` images, at most `limit`: the largest that parts them evenly, so
 * that one graph serves them all (25 images at a limit of 8 go in five calls of 5, not in three of 8 and one of 1,
 * which would open a second graph). Where none of at least half the limit does, the limit; the last call is short.
 */
export function evenBatchSize(count: number, limit: number): number {
  if (count <= limit) return Math.max(1, count);
  for (let size = limit; size >= limit / 2; size--) {
    if (count % size === 0) return size;
  }
  return limit;
}
