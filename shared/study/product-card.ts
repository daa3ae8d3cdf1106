/** The model card of a study's product: what it was trained on, how it was judged, where it must not be trusted. */
import type { ModelCard } from '../manifest/model-card.ts';
import type { StudyReport } from '../manifest/study-report.ts';
import type { StudyResult } from '../manifest/study-result.ts';

export interface ProductFacts {
  readonly id: string;
  readonly name: string;
  readonly license: string;
}

/** `product` is the result of `report.winner.product`. */
export function productCard(report: StudyReport, product: StudyResult, facts: ProductFacts): ModelCard {
  return {
    schema: 'cxai.model-card/1',
    ...facts,
    version: '1.0.0',
    digest: product.weights.digest,
    file: 'model.onnx',
    input: report.data.input,
    output: { activation: 'logits', classes: product.classes, defaultTarget: 'predicted' },
    intendedUse:
      'Research, teaching and the study of explanations. Not a medical device; not for clinical use.',
    limitations: limitationsOf(report),
    trainingData: trainingDataOf(report),
    figures: figuresOf(report, product),
  };
}

function trainingDataOf({ data }: StudyReport): string {
  const parts = (['train', 'validation', 'test'] as const).map((part) => {
    const counts = data.parts[part].map((count, label) => `${count} ${data.classes[label]}`).join(' and ');
    return `${part} ${counts}`;
  });
  const split =
    data.split.by !== 'image'
      ? `whole groups of near-duplicates or of one patient (${data.groups} groups, seed ${data.split.seed})`
      : `image by image (seed ${data.split.seed}), so near-duplicates of test images were trained on`;
  return `${data.images} images: ${parts.join('; ')}. Split by ${split}.`;
}

function limitationsOf({ data, winner, external }: StudyReport): string {
  const test = winner?.seeds.find(({ key }) => key === winner.product)?.test;
  const sentences = [
    'Knows only images like those of its one data set; figures there say nothing about another hospital, scanner, age group or disease.',
    'Any image gets an answer, one without the organ too.',
  ];
  if (test?.byGroup) {
    sentences.push(
      `The test part holds ${test.byGroup.groups} distinct pictures, so its accuracy is known only roughly.`,
    );
  } else if (!test) sentences.push('It was not judged on a test part.');
  if (data.split.by === 'image') sentences.push('Its test figures are flattered by near-duplicates.');
  if (data.split.by === 'upright-group') {
    sentences.push(
      'Its test figures may be flattered by mirrored or turned copies of images it was trained on.',
    );
  }
  for (const { name, assessment } of external) {
    const percent = (100 * assessment.accuracy).toFixed(1);
    sentences.push(`On ${name} it is right for ${percent} % of ${assessment.images} images.`);
  }
  return sentences.join(' ');
}

/** Shares from 0 to 1. Those without a suffix are of this model; `Mean` and `Deviation` run over all seeds. */
function figuresOf({ winner, naive }: StudyReport, product: StudyResult): Record<string, number> {
  const run = winner?.seeds.find(({ key }) => key === product.key);
  const figures: Record<string, number | null | undefined> = {
    validationAccuracy: product.validation.accuracy,
    parameters: product.parameters,
    flopsPerImage: product.flops,
    seed: product.seed,
  };
  if (run?.test && winner?.test) {
    const { images, accuracy, accuracyInterval, byGroup, classes, calibration } = run.test;
    const positive = classes.at(-1)!;
    Object.assign(figures, {
      testImages: images,
      testAccuracy: accuracy,
      testAccuracyLow: accuracyInterval[0],
      testAccuracyHigh: accuracyInterval[1],
      testGroups: byGroup?.groups,
      testGroupAccuracy: byGroup?.accuracy,
      testSensitivity: positive.sensitivity,
      testSpecificity: positive.specificity,
      testAuc: positive.auc,
      testCalibrationError: calibration.expectedError,
      seeds: winner.test.accuracy.runs,
      testAccuracyMean: winner.test.accuracy.mean,
      testAccuracyDeviation: winner.test.accuracy.deviation,
      naiveSplitAccuracyMean: naive?.test.accuracy.mean,
    });
  }
  return Object.fromEntries(
    Object.entries(figures).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
