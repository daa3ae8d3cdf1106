/** The demonstration model's recipe: what it is trained on, how, and how it is judged. */
import { integratedGradients } from '../../shared/attribution/integrated-gradients.ts';
import { prepareInput } from '../../shared/imaging/model-input.ts';
import { resizePlane } from '../../shared/imaging/resize.ts';
import { trainingSchema } from '../../shared/manifest/study.ts';
import type { Lesion } from '../../shared/phantom/lesion.ts';
import { heInitialized, phantomInput, phantomNetwork } from '../../shared/phantom/phantom-network.ts';
import { type PreparedSet, phantomOf, sourceOf } from '../../shared/phantom/phantom-set.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { classifierModel } from '../../shared/study/classifier-model.ts';
import { arraySource } from '../../shared/study/image-source.ts';
import { type TrainingPlan, train } from '../../shared/study/train.ts';
import { type Parameters, unflatten } from '../../shared/study/trainable-network.ts';
import type { TrainingState } from '../../shared/study/training-state.ts';

const SIDE = phantomInput.width;

export const phantomPlan: TrainingPlan = {
  network: phantomNetwork,
  initial: new Map(),
  seed: 20260101,
  batch: 32,
  learningRate: 3e-3,
  dropout: 0,
  range: { black: 0, white: 1 },
  training: trainingSchema.parse({
    epochs: 10,
    schedule: 'cosine',
    warmupSteps: 60,
    weightDecay: 1e-3,
    augmentation: { flipHorizontal: true },
  }),
};

export const phantomModelBytes = (parameters: Parameters): Uint8Array =>
  classifierModel(phantomNetwork, parameters);

export interface TrainedPhantom {
  readonly parameters: Parameters;
  readonly epochs: TrainingState['epochs'];
}

export interface PhantomChanges {
  readonly seed?: number;
  readonly batch?: number;
  readonly epochs?: number;
  readonly onEpoch?: (epoch: TrainingState['epochs'][number]) => void;
}

/** Trains from He-initialized weights of the seed; the last epoch's weights are kept. */
export async function trainPhantomClassifier(
  runner: Runner,
  { inputs, labels }: PreparedSet,
  changes: PhantomChanges = {},
): Promise<TrainedPhantom> {
  const { seed = phantomPlan.seed, batch = phantomPlan.batch, onEpoch } = changes;
  const epochs = changes.epochs ?? phantomPlan.training.epochs;
  const training = { ...phantomPlan.training, epochs };
  const plan = { ...phantomPlan, seed, batch, training, initial: heInitialized(seed) };
  const images = { source: arraySource(inputs, labels), train: [...inputs.keys()], validation: [] };
  const { state, layout } = await train(runner, plan, images, {
    now: () => performance.now(),
    onEpoch: ({ epochs: done }) => onEpoch?.(done.at(-1)!),
  });
  return { parameters: unflatten(layout, state.weights), epochs: state.epochs };
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
