/**
 * The sanity check of a method on one image: the same method with the same options on models whose last layers
 * forgot what they learned, and the verdict beside its control.
 */
import type { AttributionContext } from '../attribution/method.ts';
import { xoshiro } from '../attribution/noise/xoshiro.ts';
import { geometryOf } from '../attribution/planes.ts';
import { valueRange } from '../attribution/value-range.ts';
import { PermanentFault } from '../errors.ts';
import type { Plan } from '../manifest/plan.ts';
import type { TrustMetrics } from '../manifest/trust-metrics.ts';
import { movedCopies } from '../metrics/moved-copies.ts';
import { type RandomizedMap, randomizationCheck } from '../metrics/randomization-check.ts';
import { randomizationStages, randomizeLastLayers, weightLayers } from '../metrics/randomized-model.ts';
import type { Classifier } from '../runtime/classifier.ts';
import { type MethodRun, type MethodSubject, runMethod } from './run-method.ts';

/** Random pairs of the control. */
const PAIRS = 40;

/** The stages of the cascade of one model, opened when first asked for and kept. */
export interface RandomizedModels {
  /** Layers randomized in each stage; empty where the model has no weights that can be drawn anew. */
  readonly stages: readonly number[];
  at(layers: number): Promise<Classifier>;
  release(): Promise<void>;
}

/** `open` compiles a model's bytes as the trained model was; `seed` draws the weights. */
export function randomizedModels(
  bytes: Uint8Array,
  open: (bytes: Uint8Array) => Promise<Classifier>,
  seed: number,
): RandomizedModels {
  const known = new Map<number, Promise<Classifier>>();
  return {
    stages: randomizationStages(weightLayers(bytes).length),
    at(layers) {
      const model = known.get(layers) ?? open(randomizeLastLayers(bytes, layers, seed));
      known.set(layers, model);
      return model;
    },
    async release() {
      const models = await Promise.allSettled(known.values());
      known.clear();
      for (const model of models) if (model.status === 'fulfilled') await model.value.release();
    },
  };
}

/** One attribution for each stage. A map or a model that allows no verdict is a reason, not an error. */
export async function checkRandomization(
  plan: Plan,
  name: string,
  { map }: Pick<MethodRun, 'map'>,
  subject: MethodSubject,
  models: RandomizedModels,
  watch: Pick<AttributionContext, 'signal' | 'memoryLimit'> = {},
): Promise<NonNullable<TrustMetrics['randomization']>> {
  if (models.stages.length === 0) return skipped('the model has no float32 weights that can be drawn anew');
  const [low, high] = valueRange(map.data);
  if (low === high) return skipped('the map is constant');
  const randomized: RandomizedMap[] = [];
  try {
    for (const layers of models.stages) {
      const classifier = await models.at(layers);
      const found = await runMethod(plan, name, { ...subject, classifier }, watch);
      randomized.push({ layers, map: found.map.data });
    }
  } catch (error) {
    if (!(error instanceof PermanentFault)) throw error;
    return skipped(`a randomized model could not be explained: ${error.message}`);
  }
  const extent = geometryOf(subject.classifier);
  const moved = movedCopies(randomized.at(-1)!.map, extent, xoshiro(plan.provenance.seed), PAIRS);
  const { stages, control, passed } = randomizationCheck(map.data, randomized, moved, extent);
  return { kind: 'checked', passed, stages: [...stages], control };
}

const skipped = (reason: string) => ({ kind: 'skipped' as const, reason });
