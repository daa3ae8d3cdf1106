/** Expected gradients: baselines drawn from healthy heads, more and more of them. */
import { tensor } from '../../../../../shared/tensor/tensor.ts';
import { type Lab, pixels, side } from '../lab.ts';
import { figure, grayPanel, mapPanel } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

const healthy = 12;
const first = 900_100;

export const expectedGradients: MakeFrame = async (lab, samples) => {
  const subject = await lab.subject(heads.dark);
  const background = await lab.keep('healthy heads', () => healthyHeads(lab));
  const images = tensor(background, [healthy, 1, side, side]);
  const map = await lab.keep(`expected ${samples}`, () =>
    lab.attribute('expected-gradients', subject, { options: { samples }, background: images }),
  );
  const black = await lab.attribute('integrated-gradients', subject, { options: { steps: 24 } });
  const { gap, expected } = map.completeness!;
  const share = `${figure((100 * gap) / Math.abs(expected))} %`;
  return {
    panels: [
      grayPanel('Image', subject.gray, {
        outline: subject.mask,
        note: 'a dark lesion',
        alt: 'A head with a dark lesion, outlined.',
      }),
      grayPanel('One baseline', background.slice(0, pixels), {
        note: 'a healthy head',
        alt: 'One of the healthy heads that serve as baselines.',
      }),
      mapPanel('Expected gradients', map, subject),
      mapPanel('IG from black', black, subject),
    ],
    summary: `${samples} ${samples === 1 ? 'draw' : 'draws'} from ${healthy} healthy heads: the shares miss the score difference by ${share}.`,
  };
};

async function healthyHeads(lab: Lab): Promise<Float32Array> {
  const all = new Float32Array(healthy * pixels);
  for (let n = 0; n < healthy; n++) {
    all.set((await lab.subject(first + n, 'absent')).gray, n * pixels);
    lab.step(n + 1, healthy);
  }
  return all;
}
