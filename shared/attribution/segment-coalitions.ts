/**
 * Images with some segments kept and the others set to a baseline: what LIME and KernelSHAP ask the model.
 */
import type { Classifier } from '../runtime/classifier.ts';
import { segmentAtScales } from '../segmentation/image-regions.ts';
import type { FloatArray, Tensor } from '../tensor/tensor.ts';
import { geometryOf, pixelIndices, planesOf } from './planes.ts';

export interface Segmentation {
  readonly height: number;
  readonly width: number;
  readonly count: number;
  /** [H, W]: segment of each pixel, 0 … count − 1. */
  readonly labels: Int32Array;
  /** Pixels of each segment. */
  readonly sizes: Int32Array;
}

/** Felzenszwalb segments of one scale, numbered without gaps. */
export function segmentInput(
  model: Pick<Classifier, 'layout' | 'inputShape'>,
  input: Tensor,
  scale: number,
): Segmentation {
  const { height, width } = geometryOf(model);
  const [found] = segmentAtScales(planesOf(model, input.data), { height, width }, [scale]);
  const numbers = new Map<number, number>();
  const labels = found!.map((label) => {
    const number = numbers.get(label) ?? numbers.size;
    numbers.set(label, number);
    return number;
  });
  const sizes = new Int32Array(numbers.size);
  for (const label of labels) sizes[label]!++;
  return { height, width, count: numbers.size, labels, sizes };
}

/** Writes the input with the segments where `kept` is 0 replaced by the baseline. */
export function coalitionWriter(
  model: Pick<Classifier, 'layout' | 'inputShape'>,
  input: Tensor,
  baseline: Float64Array,
  { labels }: Segmentation,
): (kept: Uint8Array, into: FloatArray) => void {
  const segmentOf = Int32Array.from(pixelIndices(model), (pixel) => labels[pixel]!);
  return (kept, into) => {
    for (let i = 0; i < into.length; i++) into[i] = kept[segmentOf[i]!] ? input.data[i]! : baseline[i]!;
  };
}

/** One value per segment, spread evenly over its pixels: [H, W] in units of the value per pixel. */
export function spreadOverPixels(values: Float64Array, { labels, sizes }: Segmentation): Float64Array {
  return Float64Array.from(labels, (label) => values[label]! / sizes[label]!);
}
