/**
 * Mean attribution over a data set: m = (1/n) Σ a(xₙ), the mean of |a|, and the standard deviation, pixel by pixel. It
 * shows where a model looks in general (a marker in a corner, a border), and says nothing of a single image. Maps are
 * added one by one (Welford 1962), so memory does not grow with their number.
 */
import { type Tensor32, tensor } from '../tensor/tensor.ts';

export interface MeanAttribution {
  readonly count: number;
  /** [H, W], signed. */
  readonly mean: Tensor32;
  /** [H, W], mean of |a|: evidence that changes its sign from image to image stays. */
  readonly magnitude: Tensor32;
  /** [H, W], over the images; 0 for a single one. */
  readonly deviation: Tensor32;
}

export interface AttributionSum {
  /** All maps have one shape; throws RangeError otherwise. */
  add(map: Tensor32): void;
  /** Throws RangeError where nothing was added. */
  result(): MeanAttribution;
}

export function attributionSum(): AttributionSum {
  let count = 0;
  let shape: readonly number[] = [];
  let mean = new Float64Array(0);
  let magnitude = new Float64Array(0);
  let squares = new Float64Array(0);
  return {
    add(map) {
      if (count === 0) {
        shape = map.shape;
        [mean, magnitude, squares] = [0, 1, 2].map(() => new Float64Array(map.data.length)) as [
          Float64Array<ArrayBuffer>,
          Float64Array<ArrayBuffer>,
          Float64Array<ArrayBuffer>,
        ];
      }
      if (map.shape.join() !== shape.join()) {
        throw new RangeError(`mean attribution: expected a map of [${shape}], got [${map.shape}]`);
      }
      count++;
      for (let p = 0; p < mean.length; p++) {
        const value = map.data[p]!;
        const before = value - mean[p]!;
        mean[p]! += before / count;
        squares[p]! += before * (value - mean[p]!);
        magnitude[p]! += (Math.abs(value) - magnitude[p]!) / count;
      }
    },
    result() {
      if (count === 0) throw new RangeError('mean attribution: expected at least one map, got none');
      const whole = (values: Float64Array): Tensor32 => tensor(new Float32Array(values), [...shape]);
      const deviation = squares.map((sum) => Math.sqrt(sum / Math.max(1, count - 1)));
      return { count, mean: whole(mean), magnitude: whole(magnitude), deviation: whole(deviation) };
    },
  };
}
