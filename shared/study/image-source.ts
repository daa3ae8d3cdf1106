/** Where training reads its images from: a file of any size in Node, an array in tests. */
export interface ImageSource {
  /** Class of every image. */
  readonly labels: readonly number[];
  /** Writes the model inputs of `indices`, one after another, to `out`. */
  readInto(out: Float32Array, indices: readonly number[]): void;
}

/** A source over arrays in memory. */
export function arraySource(inputs: readonly Float32Array[], labels: readonly number[]): ImageSource {
  return {
    labels,
    readInto(out, indices) {
      indices.forEach((index, place) => {
        const input = inputs[index]!;
        out.set(input, place * input.length);
      });
    },
  };
}
