/** Grad-CAM, Grad-CAM++, HiResCAM and Score-CAM at the end of every block. */
import { mapPanel, percent, shareInside } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

export const classActivation: MakeFrame = async (lab, block) => {
  const subject = await lab.subject(heads.ring);
  const featureMap = lab.model.featureMaps.filter((name) => name.startsWith('Relu'))[block - 1]!;
  const at = (name: string) => lab.attribute(name, subject, { options: { featureMap } });
  const cam = await at('grad-cam');
  const plus = await at('grad-cam-plus-plus');
  const hires = await at('hires-cam');
  const score = await at('score-cam');
  const cells = [128, 64, 32, 16, 16][block - 1]!;
  return {
    panels: [
      mapPanel('Grad-CAM', cam, subject),
      mapPanel('Grad-CAM++', plus, subject),
      mapPanel('HiResCAM', hires, subject),
      mapPanel('Score-CAM', score, subject),
    ],
    summary: `At block ${block} the maps have ${cells} × ${cells} cells; ${percent(shareInside(cam.values, subject.mask))} of Grad-CAM lies in the lesion.`,
  };
};
