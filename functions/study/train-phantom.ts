/**
 * Trains the bundled demonstration model and writes shared/models/phantom: model.onnx, card.json and samples.
 * Run: node functions/study/train-phantom.ts [OUT-DIRECTORY]. Takes some minutes on two cores.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ModelCard, modelCardSchema } from '../../shared/manifest/model-card.ts';
import { phantomClasses, phantomInput } from '../../shared/phantom/phantom-network.ts';
import { preparedSet } from '../../shared/phantom/phantom-set.ts';
import { digestOf } from '../../shared/pipeline/digest.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import {
  type HitRates,
  judgeAccuracy,
  judgeLocalization,
  type PhantomFigures,
  phantomModelBytes,
  phantomPlan,
  trainPhantomClassifier,
} from './phantom-classifier.ts';
import { writePhantomSamples } from './phantom-samples.ts';

const TRAINING_PICTURES = 3000;
const TEST_PICTURES = 600;
const TEST_LESIONS = 150;
/** Fixed, so that sums are cut the same way on every machine. */
const THREADS = 2;

const report = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface Trained {
  readonly bytes: Uint8Array;
  readonly figures: PhantomFigures;
  readonly hitRates: HitRates;
}

async function train(): Promise<Trained> {
  const runner = createOnnxRuntimeRunner({ threads: THREADS });
  const set = preparedSet('train', TRAINING_PICTURES, phantomInput, (done) => {
    if (done % 500 === 0) report(`phantom ${done} of ${TRAINING_PICTURES}`);
  });
  const { parameters } = await trainPhantomClassifier(runner, set, {
    onEpoch: ({ epoch, train: { loss, accuracy } }) =>
      report(
        `epoch ${epoch} of ${phantomPlan.training.epochs}: loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(4)}`,
      ),
  });
  const bytes = phantomModelBytes(parameters);
  const model = await compileClassifier(bytes, runner);
  const figures = await judgeAccuracy(model, TEST_PICTURES);
  const hitRates = await judgeLocalization(model, TEST_LESIONS);
  await model.release();
  return { bytes, figures, hitRates };
}

function cardOf({ bytes, figures, hitRates }: Trained): ModelCard {
  return modelCardSchema.parse({
    schema: 'cxai.model-card/1',
    id: 'phantom',
    name: 'Synthetic brain lesion detector',
    version: '1.0.0',
    digest: digestOf(bytes),
    file: 'model.onnx',
    input: phantomInput,
    output: { activation: 'logits', classes: [...phantomClasses], defaultTarget: 'predicted' },
    license: 'Apache-2.0',
    intendedUse: 'Demonstration, teaching and tests only. Not a medical device; not for clinical use.',
    limitations:
      'Knows only the synthetic slices of shared/phantom: one plane, one contrast, one lesion at most. Its answers on real images mean nothing. Integrated gradients from a black baseline are nearly blind to dark lesions, as they are by definition.',
    trainingData: `${TRAINING_PICTURES} synthetic slices of ${TRAINING_PICTURES / 2} generated heads, each with and without a lesion; no patient data.`,
    figures: {
      testPictures: figures.pictures,
      testAccuracy: figures.accuracy,
      testSensitivity: figures.sensitivity,
      testSpecificity: figures.specificity,
      integratedGradientsHitRateBright: hitRates.bright,
      integratedGradientsHitRateRing: hitRates.ring,
      integratedGradientsHitRateDark: hitRates.dark,
    },
  });
}

const out = process.argv[2] ?? fileURLToPath(new URL('../../shared/models/phantom', import.meta.url));
await mkdir(out, { recursive: true });
const trained = await train();
const { bytes } = trained;
const card = cardOf(trained);
await writeFile(join(out, card.file), bytes);
await writeFile(join(out, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
await writePhantomSamples(join(out, 'samples'));
report(`${out}: ${bytes.length} bytes, ${JSON.stringify(card.figures)}`);
