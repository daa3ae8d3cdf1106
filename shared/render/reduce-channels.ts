/**
 * [C, H, W] or [H, W, C] attribution -> [H, W]: the sum over channels, which keeps the map's total and with
 * it completeness. (The maximum of magnitudes, often drawn instead, keeps neither.)
 */
import { type Tensor32, tensor } from '../tensor/tensor.ts';

/** A new [H, W] map in the same units; a two-axis map is returned as it is. Throws RangeError for other ranks. */
export function reduceChannels(map: Tensor32, layout: 'NCHW' | 'NHWC'): Tensor32 {
  if (map.shape.length === 2) return map;
  if (map.shape.length !== 3) {
    throw new RangeError(`reduceChannels: expected 2 or 3 axes, got [${map.shape.join(', ')}]`);
  }
  const [first, second, third] = map.shape as [number, number, number];
  const [channels, height, width] = layout === 'NCHW' ? [first, second, third] : [third, first, second];
  const pixels = height * width;
  const [channelStride, pixelStride] = layout === 'NCHW' ? [pixels, 1] : [1, channels];
  const out = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += map.data[i * pixelStride + c * channelStride]!;
    out[i] = sum;
  }
  return tensor(out, [height, width]);
}
