/** The mean of many local maps: what the model looks at in general, and nothing about any one image. */
import { attributionSum } from '../../../../../shared/attribution/mean-attribution.ts';
import { tensor } from '../../../../../shared/tensor/tensor.ts';
import { side } from '../lab.ts';
import { grayPanel, layerOf, mapPanel, subjectPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';

const first = 900_000;

export const meanOverSet: MakeFrame = async (lab, count) => {
  const maps = attributionSum();
  const images = attributionSum();
  for (let n = 0; n < count; n++) {
    const subject = await lab.subject(first + n);
    const { values } = await lab.attribute('grad-cam', subject);
    maps.add(tensor(values, [side, side]));
    images.add(tensor(subject.gray, [side, side]));
    lab.step(n + 1, count);
  }
  const newest = await lab.subject(first + count - 1);
  const own = await lab.attribute('grad-cam', newest);
  const { unit } = own;
  const heads = count === 1 ? 'head' : 'heads';
  return {
    panels: [
      subjectPanel(newest, `Head ${count}`),
      mapPanel('Its own map', own, newest),
      grayPanel('Mean of all maps', images.result().mean.data, {
        map: layerOf({ values: maps.result().mean.data, signed: false, unit }),
        note: `over ${count} ${heads}`,
        alt: `Mean Grad-CAM map of ${count} ${heads} over their mean image.`,
      }),
    ],
    summary: `The mean of the Grad-CAM ${count === 1 ? 'map' : 'maps'} of ${count} ${heads}, over the mean of their images.`,
  };
};
