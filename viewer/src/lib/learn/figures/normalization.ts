/** A lesion that fades: its map on a scale of its own, and on the scale of the strongest. */
import { scaleFor } from '../../../../../shared/render/display-scale.ts';
import { tensor } from '../../../../../shared/tensor/tensor.ts';
import { probabilityOf, type Subject, side } from '../lab.ts';
import { figure, grayPanel, mapPanel, percent } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';
import { blend } from './softmax.ts';

export const normalization: MakeFrame = async (lab, share) => {
  const healthy = await lab.subject(heads.plain, 'absent');
  const ill = await lab.subject(heads.plain);
  const mapAt = (t: number) =>
    lab.keep(`fading ${t}`, () => {
      const gray = blend(healthy.gray, ill.gray, t);
      const faded: Subject = {
        ...ill,
        seed: -Math.round(1000 * t) - 1,
        gray,
        input: tensor(gray, [1, side, side]),
      };
      return lab.attribute('integrated-gradients', faded, { options: { steps: 24 } });
    });
  const gray = blend(healthy.gray, ill.gray, share);
  const [scores] = await lab.scores([gray]);
  const now = await mapAt(share);
  const full = await mapAt(1);
  const { limit } = scaleFor([full.values], 'diverging', { limit: 'robust' });
  const own = scaleFor([now.values], 'diverging', { limit: 'robust' }).limit;
  const subject = { gray, mask: ill.mask };
  return {
    panels: [
      grayPanel('Image', gray, {
        outline: ill.mask,
        note: `lesion: ${percent(probabilityOf(scores!))}`,
        alt: `The head with its lesion at ${Math.round(100 * share)} %.`,
      }),
      mapPanel('A scale of its own', now, subject, { note: `strongest color: ±${figure(own)}` }),
      mapPanel('One scale for all', now, subject, {
        layer: { limit },
        note: `strongest color: ±${figure(limit)}`,
      }),
    ],
    summary: `With ${Math.round(100 * share)} % of the lesion the strongest color of the map's own scale means ${figure(own)}, that of the shared scale ${figure(limit)}.`,
  };
};
