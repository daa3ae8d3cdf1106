/** Class prototypes: images that the model itself draws, by climbing its score. */
import {
  classPrototype as drawPrototype,
  prototypeOptionsSchema,
} from '../../../../../shared/attribution/class-prototype.ts';
import { phantomInput } from '../../../../../shared/phantom/phantom-network.ts';
import { figure, grayPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';

const classes = ['no lesion', 'lesion'] as const;

export const classPrototype: MakeFrame = async (lab, steps) => {
  const options = prototypeOptionsSchema.parse({ steps });
  const found = [];
  for (const target of [0, 1]) {
    found.push(
      await lab.keep(`prototype ${target} ${steps}`, () =>
        drawPrototype(lab.model, { ...lab.watch, target, preprocessing: phantomInput }, options),
      ),
    );
  }
  const named = found.map(({ score }, i) => `${figure(score)} for ${classes[i]}`).join(' and ');
  return {
    panels: [
      ...found.map(({ image, score }, i) =>
        grayPanel(`Prototype: ${classes[i]}`, image.data, {
          note: `logit ${figure(score)}`,
          alt: `The image that the model was asked to draw for ${classes[i]}; its logit is ${figure(score)}.`,
        }),
      ),
      {
        kind: 'chart',
        title: 'The climb',
        xLabel: 'gradients taken',
        yLabel: 'logit of the class',
        series: found.map(({ scores }, i) => ({
          name: classes[i]!,
          x: scores.map((_, step) => step + 1),
          y: scores,
          look: i === 1 ? ('main' as const) : ('second' as const),
        })),
        note: `from mid-gray at ${figure(found[1]!.startScore)}`,
        alt: `The logits rise along the climb, to ${named}.`,
      },
    ],
    summary: `After ${options.octaves} sizes of ${steps} ${steps === 1 ? 'step' : 'steps'} the logits are ${named}.`,
  };
};
