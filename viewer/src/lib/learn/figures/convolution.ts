/** One filter of the first layer: its weights, its answer at every place, and what ReLU leaves of it. */
import { readModel } from '../../../../../shared/onnx/read-model.ts';
import { supportedOperators } from '../../../../../shared/onnx/supported-operators.ts';
import { figure, grayPanel, layerOf, subjectPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';
import { planeOf } from './planes.ts';

export const convolution: MakeFrame = async (lab, filter) => {
  const subject = await lab.subject(heads.bright);
  const [before, after] = lab.model.featureMaps as [string, string];
  const [conv, relu] = await Promise.all(
    [before, after].map((name) =>
      lab.keep(`activations ${name}`, () =>
        lab.model.activations({ ...subject.input, shape: [1, ...subject.input.shape] }, [1], name),
      ),
    ),
  );
  const weights = readModel(lab.bytes, supportedOperators).constants.get('block1.weight')!.data;
  const kernel = Float32Array.from(weights.subarray(9 * filter, 9 * filter + 9));
  const response = planeOf(conv!.activations, filter);
  const kept = planeOf(relu!.activations, filter);
  const positive = response.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) / response.length;
  const unit = 'response';
  const layer = layerOf({ values: response, signed: true, unit });
  return {
    panels: [
      subjectPanel(subject),
      {
        kind: 'picture',
        title: `Filter ${filter + 1} of 8`,
        width: 3,
        height: 3,
        gray: null,
        map: {
          ...layerOf({ values: kernel, signed: true, unit: 'weight' }),
          limit: Math.max(...kernel.map(Math.abs)),
        },
        note: `weights ${figure(Math.min(...kernel))} … ${figure(Math.max(...kernel))}`,
        alt: `The nine weights of filter ${filter + 1}: ${[...kernel].map(figure).join(', ')}.`,
      },
      grayPanel('Response', subject.gray, {
        gray: null,
        map: layer,
        note: 'purple below, orange above 0',
        alt: 'The response at every pixel: orange where the neighborhood resembles the filter, purple where it is its opposite.',
      }),
      grayPanel('After ReLU', subject.gray, {
        gray: null,
        map: { ...layerOf({ values: kept, signed: false, unit }), limit: layer.limit },
        note: `${Math.round(100 * positive)} % of pixels pass`,
        alt: `What is left once negative responses are set to zero: ${Math.round(100 * positive)} % of the pixels.`,
      }),
    ],
    summary: `Filter ${filter + 1} of the first layer. ${Math.round(100 * positive)} % of its responses are above zero and pass ReLU.`,
  };
};
