/** The mean of many local maps: what the model looks at in general, and nothing about any one image. */
import { lesionClass, pixels } from '../lab.ts';
import { grayPanel, layerOf, mapPanel, subjectPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';

const first = 900_000;

export const meanOverSet: MakeFrame = async (lab, count) => {
  const image = new Float32Array(pixels);
  const mean = new Float32Array(pixels);
  for (let n = 0; n < count; n++) {
    const subject = await lab.subject(first + n);
    const { values } = await lab.attribute('grad-cam', subject, { target: lesionClass });
    for (let i = 0; i < pixels; i++) {
      image[i]! += subject.gray[i]! / count;
      mean[i]! += values[i]! / count;
    }
    lab.step(n + 1, count);
  }
  const newest = await lab.subject(first + count - 1);
  const own = await lab.attribute('grad-cam', newest);
  return {
    panels: [
      subjectPanel(newest, `Head ${count}`),
      mapPanel('Its own map', own, newest),
      grayPanel('Mean of all maps', image, {
        map: layerOf({ values: mean, signed: false, unit: 'score' }),
        note: `over ${count} ${count === 1 ? 'head' : 'heads'}`,
        alt: `Mean Grad-CAM map of ${count} heads over their mean image.`,
      }),
    ],
    summary: `The mean of ${count} Grad-CAM ${count === 1 ? 'map' : 'maps'} over the mean of the images.`,
  };
};
