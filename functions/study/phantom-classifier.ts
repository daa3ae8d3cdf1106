/** The demonstration model's recipe: what it is trained on, how, and how it is judged. */
import { integratedGradients } from '../../shared/attribution/integrated-gradients.ts';
import { prepareInput } from '../../shared/imaging/model-input.ts';
import { resizePlane } from '../../shared/imaging/resize.ts';
import { writeModel } from '../../shared/onnx/write-model.ts';
import type { Lesion } from '../../shared/phantom/lesion.ts';
import {
  heInitialized,
  type Parameters,
  parameterShapes,
  phantomInput,
  phantomNetwork,
} from '../../shared/phantom/phantom-network.ts';
import { phantomOf, sourceOf } from '../../shared/phantom/phantom-set.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { type Trained, type TrainingPlan, type TrainingSet, trainClassifier } from './train-classifier.ts';

const SIDE = phantomInput.width;

export const phantomPlan: TrainingPlan = {
  seed: 20260101,
  epochs: 10,
  batch: 32,
  learningRate: 3e-3,
  warmupSteps: 60,
  weightDecay: 1e-3,
  augment: (input, coin) => (coin() === 1 ? mirrored(input) : input),
};

/** Left and right exchanged: as likely a head as the other. */
function mirrored(input: Float32Array): Float32Array {
  const out = new Float32Array(input.length);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      out[row * SIDE + column] = input[row * SIDE + SIDE - 1 - column]!;
    }
  }
  return out;
}

export const phantomModelBytes = (parameters: Parameters): Uint8Array<ArrayBuffer> =>
  writeModel(phantomNetwork(parameters), { producer: 'cxai-phantom' });

/** Trains from He-initialized weights of the plan's seed. */
export function trainPhantomClassifier(
  runner: Runner,
  set: TrainingSet,
  changes: Partial<TrainingPlan> = {},
): Promise<Trained> {
  const plan = { ...phantomPlan, ...changes };
  const model = phantomModelBytes(heInitialized(plan.seed));
  return trainClassifier(runner, model, [...parameterShapes().keys()], set, plan);
}

export interface PhantomFigures {
  readonly pictures: number;
  readonly accuracy: number;
  readonly sensitivity: number;
  readonly specificity: number;
}

/** Accuracy on the first `count` test pictures at their own sizes, none of whose heads were trained on. */
export async function judgeAccuracy(model: Classifier, count: number): Promise<PhantomFigures> {
  const right = [0, 0];
  for (let index = 0; index < count; index++) {
    const { label, phantom } = phantomOf('test', index);
    const { input } = prepareInput(sourceOf(phantom), phantomInput);
    const { data } = await model.scores({ shape: [1, ...input.shape], data: input.data });
    if ((data[1]! > data[0]! ? 1 : 0) === label) right[label]!++;
  }
  const [negative, positive] = right as [number, number];
  return {
    pictures: count,
    accuracy: (negative + positive) / count,
    specificity: negative / Math.ceil(count / 2),
    sensitivity: positive / Math.floor(count / 2),
  };
}

/** Pixels by which a lesion's mask is widened before a hit is judged. */
const MARGIN = 2;
/** Of the path of integrated gradients. */
const STEPS = 16;

export type HitRates = Readonly<Record<Lesion['pattern'], number>>;

/**
 * Integrated gradients (black baseline) on the first `count` test lesions, by pattern: the share of those seen as
 * lesions whose strongest pixel lies in the lesion or at most two model pixels beside it. A dark lesion is almost
 * equal to the black baseline, and what equals the baseline gets no attribution: expect misses there.
 */
export async function judgeLocalization(model: Classifier, count: number): Promise<HitRates> {
  const hits: Record<Lesion['pattern'], boolean[]> = { bright: [], ring: [], dark: [] };
  const options = integratedGradients.options.parse({ steps: STEPS });
  for (let lesion = 0; lesion < count; lesion++) {
    const { phantom } = phantomOf('test', 2 * lesion + 1);
    const { input } = prepareInput(sourceOf(phantom), phantomInput);
    const { data } = await model.scores({ shape: [1, ...input.shape], data: input.data });
    if (data[1]! <= data[0]!) continue;
    const { map } = await integratedGradients.attribute(model, input, { target: 1 }, options);
    const strongest = map.data.indexOf(map.data.reduce((most, value) => Math.max(most, value)));
    const extent = { width: phantom.size, height: phantom.size };
    const mask = resizePlane(Float32Array.from(phantom.mask), extent, { width: SIDE, height: SIDE });
    hits[phantom.pattern!].push(nearMask(mask, strongest));
  }
  const rate = (judged: readonly boolean[]): number => judged.filter((hit) => hit).length / judged.length;
  return { bright: rate(hits.bright), ring: rate(hits.ring), dark: rate(hits.dark) };
}

function nearMask(mask: Float32Array, at: number): boolean {
  const [row, column] = [Math.floor(at / SIDE), at % SIDE];
  for (let y = Math.max(0, row - MARGIN); y <= Math.min(SIDE - 1, row + MARGIN); y++) {
    for (let x = Math.max(0, column - MARGIN); x <= Math.min(SIDE - 1, column + MARGIN); x++) {
      if (mask[y * SIDE + x]! > 127) return true;
    }
  }
  return false;
}
