/**
 * A finished job -> a model folder: model.onnx and card.json, as the pipeline registers them. The card takes the
 * preparation of images from the data the model was trained on, so that whoever explains an image prepares it the same
 * way; what only a person knows (name, licence, limits) is passed in.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelCard, modelCardSchema } from '../../shared/manifest/model-card.ts';
import { type StudyData, studyDataSchema } from '../../shared/manifest/study-data.ts';
import { studyDataKey, studyResultKey } from '../../shared/manifest/study-keys.ts';
import { type Evaluation, type StudyResult, studyResultSchema } from '../../shared/manifest/study-result.ts';
import { groupAccuracy } from '../../shared/study/group-accuracy.ts';

export interface CardText {
  readonly id: string;
  readonly name: string;
  readonly license: string;
  readonly limitations: string;
  readonly trainingData: string;
  /** Further figures: of other seeds, of other data. */
  readonly figures?: Readonly<Record<string, number>>;
}

const MODEL_FILE = 'model.onnx';

/** Writes `target`/model.onnx and card.json; returns the card. */
export async function exportModel(
  studyFolder: string,
  jobKey: string,
  text: CardText,
  target: string,
): Promise<ModelCard> {
  const json = async (key: string): Promise<unknown> =>
    JSON.parse(await readFile(join(studyFolder, key), 'utf8'));
  const result = studyResultSchema.parse(await json(studyResultKey(jobKey)));
  const data = studyDataSchema.parse(await json(studyDataKey(result.dataDigest)));
  const card = cardOf(result, data, text);
  await mkdir(target, { recursive: true });
  await copyFile(join(studyFolder, result.weights.key), join(target, MODEL_FILE));
  await writeFile(join(target, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  return card;
}

function cardOf(result: StudyResult, data: StudyData, text: CardText): ModelCard {
  const { id, name, license, limitations, trainingData, figures = {} } = text;
  return modelCardSchema.parse({
    schema: 'cxai.model-card/1',
    id,
    name,
    version: '1.0.0',
    digest: result.weights.digest,
    file: MODEL_FILE,
    input: data.input,
    output: { activation: 'logits', classes: result.classes, defaultTarget: 'predicted' },
    license,
    intendedUse: 'Research and teaching. Not a medical device; not for clinical use.',
    limitations,
    trainingData,
    figures: {
      trainingImages: result.trainingImages,
      parameters: result.parameters,
      flopsPerImage: result.flops,
      ...figuresOf('validation', result.validation, data),
      ...(result.test && figuresOf('test', result.test, data)),
      ...figures,
    },
  });
}

function figuresOf(
  part: string,
  { accuracy, predictions }: Evaluation,
  data: StudyData,
): Record<string, number> {
  const grouped = groupAccuracy(predictions, data.images);
  const figures: Record<string, number> = {
    [`${part}Images`]: predictions.length,
    [`${part}Accuracy`]: accuracy,
    [`${part}Groups`]: grouped.groups,
    [`${part}AccuracyByGroup`]: grouped.accuracy,
    [`${part}AccuracyByGroupLow`]: grouped.interval[0],
    [`${part}AccuracyByGroupHigh`]: grouped.interval[1],
  };
  if (data.classes.length !== 2) return figures;
  const recall = (label: number): number => {
    const members = predictions.filter((each) => each.label === label);
    const right = members.filter(({ probabilities }) => probabilities[label]! > probabilities[1 - label]!);
    return right.length / members.length;
  };
  return { ...figures, [`${part}Sensitivity`]: recall(1), [`${part}Specificity`]: recall(0) };
}
