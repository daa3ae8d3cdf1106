/** Guided IG, walked along: where its path is, beside the straight one. */
import { guidedPath as pathFrom } from '../../../../../shared/attribution/guided-path.ts';
import { type Lab, pixels } from '../lab.ts';
import { figure, grayPanel, mapPanel, sumOf } from '../panels.ts';
import type { MakeFrame } from './figures.ts';
import { heads } from './heads.ts';

const steps = 40;
/** Wide enough for the eye to see the detour. */
const maxDistance = 0.3;

export const guidedPath: MakeFrame = async (lab, position) => {
  const subject = await lab.subject(heads.bright);
  const places = await lab.keep('guided path', () => walk(lab));
  const { point, collected } = places[Math.round(position * steps)]!;
  const away = point.map((value, i) => value - position * subject.gray[i]!);
  return {
    panels: [
      grayPanel(
        'Straight path',
        subject.gray.map((value) => position * value),
        {
          note: `${Math.round(100 * position)} % of the way`,
          alt: `The image at ${Math.round(100 * position)} % of its brightness.`,
        },
      ),
      grayPanel('Guided path', point, {
        note: 'as far, another way',
        alt: 'The point of the guided path: parts of the image to which the model is least sensitive are ahead.',
      }),
      mapPanel('Guided minus straight', { values: away, signed: true, unit: 'gray' }, subject, {
        layer: { limit: maxDistance },
        note: 'orange ahead, purple behind',
        alt: 'Where the guided path is ahead of the straight one (orange) and where it is behind (purple).',
      }),
      mapPanel('Collected so far', { values: collected, signed: true, unit: 'score' }, subject, {
        note: `sum ${figure(sumOf(collected))}`,
      }),
    ],
    summary: `At ${Math.round(100 * position)} % of the way the guided path has collected ${figure(sumOf(collected))}.`,
  };
};

async function walk(lab: Lab) {
  const { gray } = await lab.subject(heads.bright);
  const path = pathFrom(Float64Array.from(gray), new Float64Array(pixels), 0.25, maxDistance);
  const place = () => ({
    point: Float32Array.from(path.point),
    collected: Float32Array.from(path.attribution),
  });
  const places = [place()];
  for (let step = 0; step < steps; step++) {
    const [gradient] = await lab.gradients([Float32Array.from(path.point)]);
    path.advance(gradient!, step, steps);
    places.push(place());
    lab.step(step + 1, steps);
  }
  return places;
}
