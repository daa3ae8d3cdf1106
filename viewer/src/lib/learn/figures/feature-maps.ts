/** The eight liveliest feature maps after each block. */
import type { Tensor32 } from '../../../../../shared/tensor/tensor.ts';
import type { PicturePanel } from '../frame.ts';
import { layerOf, subjectPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';
import { channelsOf, planeOf } from './planes.ts';

const shown = 7;

export const featureMaps: MakeFrame = async (lab, block) => {
  const subject = await lab.subject(heads.bright);
  // What leaves a block: its pooled maps where it ends in a pool, its ReLU where it does not.
  const outputs = lab.model.featureMaps.filter((name, i, all) => {
    const next = all[i + 1];
    return name.startsWith('MaxPool') || (name.startsWith('Relu') && !next?.startsWith('MaxPool'));
  });
  const name = outputs[block - 1]!;
  const { activations } = await lab.keep(`activations ${name}`, () =>
    lab.model.activations({ ...subject.input, shape: [1, ...subject.input.shape] }, [1], name),
  );
  const [, channels, height, width] = activations.shape as [number, number, number, number];
  const field = [4, 10, 22, 38, 54][block - 1]!;
  const input = subjectPanel(subject);
  return {
    panels: [
      { ...input, note: `${channels} maps of ${width} × ${height}` },
      ...liveliest(activations).map(
        (channel): PicturePanel => ({
          kind: 'picture',
          title: `Map ${channel + 1}`,
          width,
          height,
          gray: null,
          map: layerOf({ values: planeOf(activations, channel), signed: false, unit: 'activation' }),
          alt: `Feature map ${channel + 1} of block ${block}, ${width} by ${height}.`,
        }),
      ),
    ],
    summary: `Block ${block} turns the image into ${channels} maps of ${width} × ${height}; one value of a map sees ${field} × ${field} pixels of the image.`,
  };
};

/** Channels whose values differ most from place to place, in their order. */
function liveliest(activations: Tensor32): number[] {
  const spread = Array.from({ length: channelsOf(activations) }, (_, c) => {
    const plane = planeOf(activations, c);
    const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
    return { c, spread: plane.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
  });
  return spread
    .sort((a, b) => b.spread - a.spread)
    .slice(0, shown)
    .map(({ c }) => c)
    .sort((a, b) => a - b);
}
