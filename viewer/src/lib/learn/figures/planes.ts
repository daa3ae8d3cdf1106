/** Channels of a batch of one, [1, C, h, w]. */
import type { Tensor32 } from '../../../../../shared/tensor/tensor.ts';

/** Channel `c`, copied. */
export function planeOf({ shape, data }: Tensor32, c: number): Float32Array {
  const size = shape[2]! * shape[3]!;
  return data.slice(c * size, (c + 1) * size);
}

export const channelsOf = ({ shape }: Tensor32): number => shape[1]!;
