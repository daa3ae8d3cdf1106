/**
 * Between a model's input and the 8-bit image it stands for: level = round(255 · (value · std + mean − black) /
 * (white − black)), clipped. Information curves blur and re-reveal such images.
 */

import type { ModelCard } from '../manifest/model-card.ts';
import type { GrayLevelImage } from '../metrics/gray-levels.ts';
import { elementCount, type Tensor32 } from '../tensor/tensor.ts';

type InputCard = ModelCard['input'];

/** `input` is one image without the batch axis, in the card's layout. */
export function toGrayLevels(input: Tensor32, card: InputCard): GrayLevelImage {
  const { height, width, channels } = card;
  const [black, white] = card.range;
  const data = new Uint8Array(height * width * channels);
  eachElement(card, (element, channel, level) => {
    const value = input.data[element]! * scaleOf(card.std, channel) + scaleOf(card.mean, channel);
    data[level] = Math.min(255, Math.max(0, Math.round((255 * (value - black)) / (white - black))));
  });
  return { height, width, channels, data };
}

/** A batch [N, ...inputShape] in model units. */
export function fromGrayLevels(images: readonly GrayLevelImage[], card: InputCard): Tensor32 {
  const { height, width, channels } = card;
  const [black, white] = card.range;
  const shape = card.layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
  const size = elementCount(shape);
  const data = new Float32Array(images.length * size);
  images.forEach((image, n) => {
    eachElement(card, (element, channel, level) => {
      const value = black + (image.data[level]! / 255) * (white - black);
      data[n * size + element] = (value - scaleOf(card.mean, channel)) / scaleOf(card.std, channel);
    });
  });
  return { shape: [images.length, ...shape], data };
}

/** One value for all channels, or one each. */
const scaleOf = (values: readonly number[], channel: number): number => values[channel] ?? values[0]!;

/** Calls with the index in the model's layout, the channel, and the index in [H, W, C]. */
function eachElement(
  { layout, height, width, channels }: InputCard,
  visit: (element: number, channel: number, level: number) => void,
): void {
  const pixels = height * width;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const level = pixel * channels + channel;
      visit(layout === 'NHWC' ? level : channel * pixels + pixel, channel, level);
    }
  }
}
