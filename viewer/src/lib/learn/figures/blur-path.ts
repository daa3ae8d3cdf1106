/** Blur IG, from blurred to sharp: what the model sees, and at which scale the score is made. */
import { inputScaleSpace } from '../../../../../shared/attribution/input-scale-space.ts';
import { type Lab, lesionClass, pixels } from '../lab.ts';
import { figure, grayPanel, mapPanel, sumOf } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

/** Square-root spacing: fine where it is sharp, since that is where most happens. */
const steps = 48;
const strongest = 12;
const sigmaOf = (step: number): number => strongest * (step / steps) ** 2;

export const blurPath: MakeFrame = async (lab, sigma) => {
  const subject = await lab.subject(heads.ring);
  const { blurred, terms, scores } = await lab.keep('blur path', () => walk(lab));
  const step = Math.round(steps * Math.sqrt(sigma / strongest));
  const collected = new Float32Array(pixels);
  for (let k = steps - 1; k >= step; k--) {
    for (let i = 0; i < pixels; i++) collected[i]! += terms[k]![i]!;
  }
  const term = terms[Math.min(steps - 1, step)]!;
  const sigmas = scores.map((_, k) => sigmaOf(k));
  return {
    panels: [
      grayPanel('Image, blurred', blurred[step]!, {
        outline: subject.mask,
        note: `σ = ${sigma.toFixed(1)} pixels`,
        alt: `The image blurred with a standard deviation of ${sigma.toFixed(1)} pixels.`,
      }),
      mapPanel('Share of this scale', { values: term, signed: true, unit: 'score' }, subject),
      mapPanel('Collected from blurred', { values: collected, signed: true, unit: 'score' }, subject, {
        note: `sum ${figure(sumOf(collected))}`,
      }),
      {
        kind: 'chart',
        title: 'Score by blur',
        xLabel: 'σ in pixels',
        yLabel: 'logit of lesion',
        series: [{ name: 'score', x: sigmas, y: scores, look: 'main' }],
        cursor: sigma,
        note: figure(scores[step]!),
        alt: `The score falls from ${figure(scores[0]!)} for the sharp image to ${figure(scores.at(-1)!)} for the most blurred.`,
      },
    ],
    summary: `With a blur of ${sigma.toFixed(1)} pixels the logit is ${figure(scores[step]!)}; scales coarser than that account for ${figure(sumOf(collected))} of the score.`,
  };
};

async function walk(lab: Lab) {
  const { input } = await lab.subject(heads.ring);
  const space = await inputScaleSpace(lab.model, input, undefined);
  const blurred: Float32Array[] = [];
  const terms: Float32Array[] = [];
  for (let k = 0; k <= steps; k++) {
    blurred.push(Float32Array.from((await space.at(sigmaOf(k), 0.01)).blurred));
    lab.step(k + 1, 2 * steps + 2);
  }
  for (let k = 0; k < steps; k++) {
    const middle = (sigmaOf(k) + sigmaOf(k + 1)) / 2;
    const at = await space.at(middle, 0.01);
    const [gradient] = await lab.gradients([Float32Array.from(at.blurred)]);
    const width = sigmaOf(k + 1) - sigmaOf(k);
    terms.push(gradient!.map((value, i) => -width * at.slope[i]! * value));
    lab.step(steps + k + 2, 2 * steps + 2);
  }
  await space.release();
  const scores = (await lab.scores(blurred)).map((both) => both[lesionClass]);
  return { blurred, terms, scores };
}
