/** The last layer: the maximum of each of the 48 maps, times its weight, summed to the logit. */
import { readModel } from '../../../../../shared/onnx/read-model.ts';
import { supportedOperators } from '../../../../../shared/onnx/supported-operators.ts';
import { side } from '../lab.ts';
import { figure, grayPanel, percent } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';
import { channelsOf, planeOf } from './planes.ts';

interface Part {
  readonly channel: number;
  readonly value: number;
  readonly x: number;
  readonly y: number;
}

export const fullyConnected: MakeFrame = async (lab, count) => {
  const subject = await lab.subject(heads.bright);
  const { activations } = await lab.keep('activations last', () =>
    lab.model.activations({ ...subject.input, shape: [1, ...subject.input.shape] }, [1]),
  );
  const { constants } = readModel(lab.bytes, supportedOperators);
  const weights = constants.get('head.weight')!.data;
  const bias = constants.get('head.bias')!.data;
  const channels = channelsOf(activations);
  const cells = activations.shape[3]!;
  // Softmax sees differences only: lesion minus no lesion.
  const parts = Array.from({ length: channels }, (_, channel): Part => {
    const plane = planeOf(activations, channel);
    const at = plane.indexOf(Math.max(...plane));
    const cell = side / cells;
    return {
      channel,
      value: plane[at]! * (weights[channels + channel]! - weights[channel]!),
      x: ((at % cells) + 0.5) * cell,
      y: (Math.floor(at / cells) + 0.5) * cell,
    };
  }).sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const counted = parts.slice(0, count);
  const start = bias[1]! - bias[0]!;
  const sums = [start];
  for (const { value } of parts) sums.push(sums.at(-1)! + value);
  const sum = sums[count]!;
  const probability = 1 / (1 + Math.exp(-sum));
  const inside = counted.filter(({ x, y }) => subject.mask[Math.floor(y) * side + Math.floor(x)]).length;
  const limit = Math.abs(parts[0]!.value);
  return {
    panels: [
      grayPanel('Where each map is strongest', subject.gray, {
        outline: subject.mask,
        marks: counted.map(({ x, y }) => [x, y]),
        note: `${inside} of ${count} inside the rim`,
        alt: `The image with a dot at the maximum of each of the ${count} maps counted; ${inside} lie inside the lesion.`,
      }),
      {
        kind: 'bars',
        title: 'Maximum × weight',
        bars: parts
          .slice(0, 16)
          .map(({ channel, value }, i) => ({ label: `map ${channel + 1}`, value, faint: i >= count })),
        limit,
        unit: 'logit',
        note: 'the 16 largest of 48',
        alt: `Bars of the largest contributions: ${parts
          .slice(0, 6)
          .map(({ channel, value }) => `map ${channel + 1} ${figure(value)}`)
          .join(', ')} …`,
      },
      {
        kind: 'chart',
        title: 'Sum so far',
        xLabel: 'maps counted',
        yLabel: 'logit',
        series: [{ name: 'sum', x: sums.map((_, i) => i), y: sums, look: 'main' }],
        cursor: count,
        note: `${figure(sum)} → ${percent(probability)}`,
        alt: `The sum over the maps counted: it ends at ${figure(sums.at(-1)!)}.`,
      },
    ],
    summary: `With ${count} of 48 maps the sum is ${figure(sum)}; softmax makes that ${percent(probability)} for lesion.`,
  };
};
