/**
 * Does the preprocessing on the card fit the model? Sample images are scored as the card says, and with the other
 * value ranges in use.
 *
 * Wrong ranges show in two ways: too wide, and the scores of every image are at their limit (a probability of 1 to four
 * digits) where a narrower range gives moderate ones; too narrow, and every image scores like a black one. Both can
 * be right as well, so this warns and does not refuse.
 */
import { prepareInput } from '../../shared/imaging/model-input.ts';
import type { SourceImage } from '../../shared/imaging/source-image.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import { probabilities } from '../../shared/pipeline/probabilities.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import { readPicture } from '../common/read-picture.ts';

type InputCard = ModelCard['input'];

/** Sentences; [] where nothing looks wrong or no sample is given. */
export async function warnAboutSamples(
  paths: readonly string[],
  card: ModelCard,
  classifier: Classifier,
): Promise<string[]> {
  const images: SourceImage[] = [];
  for (const path of paths) {
    images.push(await readPicture('--sample', path));
  }
  return images.length === 0 ? [] : sampleWarnings(images, card, classifier);
}

export interface RangeScores {
  readonly range: readonly [number, number];
  /** The mean of the greatest probability over the samples. */
  readonly confidence: number;
  /** The greatest change of a probability against a black image. */
  readonly response: number;
}

/** A probability this near to 0 or 1 leaves no gradient in float32 to speak of. */
const SATURATED = 0.9999;
const UNMOVED = 0.01;

async function sampleWarnings(
  images: readonly SourceImage[],
  card: ModelCard,
  classifier: Classifier,
): Promise<string[]> {
  const { range } = card.input;
  const own = await scoreWith(images, card, range, classifier);
  const others: RangeScores[] = [];
  for (const other of OTHER_RANGES.filter(([low, high]) => low !== range[0] || high !== range[1])) {
    others.push(await scoreWith(images, { ...card, input: unscaled(card.input) }, other, classifier));
  }
  return warningsFrom(own, others);
}

const OTHER_RANGES: readonly (readonly [number, number])[] = [
  [0, 1],
  [-1, 1],
  [0, 255],
];

const unscaled = (input: InputCard): InputCard => ({ ...input, mean: [0], std: [1] });

export function warningsFrom(own: RangeScores, others: readonly RangeScores[]): string[] {
  const told = ({ range, confidence }: RangeScores): string =>
    `${range.join(' … ')}: ${(100 * confidence).toFixed(2)} %`;
  if (own.confidence >= SATURATED) {
    const moderate = others.filter(
      ({ confidence, response }) => confidence < SATURATED && response > UNMOVED,
    );
    if (moderate.length === 0) return [];
    return [
      `the scores of the samples are at their limit with values ${told(own)}, the sign of a wrong range. Mean confidence with ${moderate.map(told).join(', ')}. Compare with the training code, and give --range (and --mean, --std).`,
    ];
  }
  const stronger = others.filter(({ response }) => response > 10 * own.response);
  if (own.response >= UNMOVED || stronger.length === 0) return [];
  return [
    `the samples score like a black image (a difference of ${(100 * own.response).toFixed(2)} %) with values ${own.range.join(' … ')}, the sign of a wrong range. They move with ${stronger.map(({ range }) => range.join(' … ')).join(', ')}. Compare with the training code, and give --range (and --mean, --std).`,
  ];
}

async function scoreWith(
  images: readonly SourceImage[],
  card: ModelCard,
  range: readonly [number, number],
  classifier: Classifier,
): Promise<RangeScores> {
  const input: InputCard = { ...card.input, range: [...range] };
  const score = async (image: SourceImage): Promise<number[]> => {
    const { input: prepared } = prepareInput(image, input);
    const { data } = await classifier.scores({ shape: [1, ...prepared.shape], data: prepared.data });
    return withComplement(probabilities([...data], card.output.activation));
  };
  const [first] = images as [SourceImage];
  const black = await score({ ...first, data: first.data.map(() => 0) });
  let confidence = 0;
  let response = 0;
  for (const image of images) {
    const found = await score(image);
    confidence += Math.max(...found) / images.length;
    found.forEach((value, at) => {
      response = Math.max(response, Math.abs(value - black[at]!));
    });
  }
  return { range, confidence, response };
}

/** One sigmoid stands for two classes. */
const withComplement = (list: readonly number[]): number[] =>
  list.length === 1 ? [list[0]!, 1 - list[0]!] : [...list];
