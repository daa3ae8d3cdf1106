/**
 * Source image -> the tensor that a model expects, exactly as its card says:
 * window to [0, 1] -> channels -> resize (linear, anti-aliased) -> range -> (value − mean) / std -> layout.
 * Padding is black before normalization: an input value of (range[0] − mean) / std, not zero.
 */
import { PermanentFault } from '../errors.ts';
import type { ModelCard } from '../manifest/model-card.ts';
import type { Tensor32 } from '../tensor/tensor.ts';
import { toCanonical, type Window, windowOf, withChannels } from './canonical-image.ts';
import { type Placement, placementOf } from './placement.ts';
import { type Extent, type Rectangle, resizePlane } from './resize.ts';
import type { SourceImage } from './source-image.ts';

type InputCard = ModelCard['input'];

export interface ModelInput {
  /** [C, H, W] (NCHW) or [H, W, C] (NHWC), in model units. */
  readonly input: Tensor32;
  /** The rectangle of the source, in source pixels, that the input covers (it may reach outside). */
  readonly placement: Rectangle;
  /** The stored values that became 0 and 1. */
  readonly window: [number, number];
}

/** The input for `image`. Throws PermanentFault `card-channels` where mean or std fit no channel count. */
export function prepareInput(
  image: SourceImage<string>,
  card: InputCard,
  window: Window = windowOf(image),
): ModelInput {
  const mean = perChannel('mean', card.mean, card.channels);
  const std = perChannel('std', card.std, card.channels);
  const { width, height, planes } = withChannels(toCanonical(image, window), card.channels);
  const extent = { width: card.width, height: card.height };
  const placement = placementOf({ width, height }, extent, card.resize);
  const data = new Float32Array(card.channels * card.height * card.width);
  const [black, white] = card.range;
  planes.forEach((plane, channel) => {
    const placed = place(plane, { width, height }, extent, placement);
    const at = strides(card, channel);
    for (let i = 0; i < placed.length; i++) {
      const value = black + placed[i]! * (white - black);
      data[at.start + i * at.step] = (value - mean[channel]!) / std[channel]!;
    }
  });
  const shape =
    card.layout === 'NCHW'
      ? [card.channels, card.height, card.width]
      : [card.height, card.width, card.channels];
  return { input: { shape, data }, placement: placement.covered, window: [window[0], window[1]] };
}

function perChannel(name: string, values: readonly number[], channels: number): readonly number[] {
  if (values.length === channels) return values;
  if (values.length === 1) return Array.from({ length: channels }, () => values[0]!);
  throw new PermanentFault(
    `prepareInput: expected 1 or ${channels} values, got ${values.length} (input.${name} of the model card)`,
    { code: 'card-channels', remedy: `Give input.${name} one value, or one for each channel.` },
  );
}

function place(plane: Float32Array, from: Extent, to: Extent, placement: Placement): Float32Array {
  const { region, target } = placement;
  const resized = resizePlane(plane, from, target, { region });
  if (target.width === to.width && target.height === to.height) return resized;
  const out = new Float32Array(to.width * to.height);
  for (let row = 0; row < target.height; row++) {
    const line = resized.subarray(row * target.width, (row + 1) * target.width);
    out.set(line, (target.y + row) * to.width + target.x);
  }
  return out;
}

function strides(card: InputCard, channel: number): { start: number; step: number } {
  return card.layout === 'NCHW'
    ? { start: channel * card.height * card.width, step: 1 }
    : { start: channel, step: card.channels };
}
