/** One planned method on one prepared image: the attribution and the figures that a result records. */
import { attributeTargets } from '../attribution/attribute-targets.ts';
import type { Attribution, AttributionContext, Method } from '../attribution/method.ts';
import { methodNamed, parseOptions } from '../attribution/registry.ts';
import { PermanentFault } from '../errors.ts';
import { mapName, previewName } from '../manifest/keys.ts';
import type { Fault, MethodResult } from '../manifest/method-result.ts';
import type { ModelCard } from '../manifest/model-card.ts';
import type { MethodPlan, Plan } from '../manifest/plan.ts';
import type { TrustMetrics } from '../manifest/trust-metrics.ts';
import { reduceChannels } from '../render/reduce-channels.ts';
import type { Classifier } from '../runtime/classifier.ts';
import type { Runner } from '../runtime/runner.ts';
import type { Tensor32 } from '../tensor/tensor.ts';

export interface MethodRun {
  /** [H, W], raw values. */
  readonly map: Tensor32;
  readonly signed: boolean;
  readonly unit: string;
  readonly attribution: Attribution;
}

export interface MethodSubject {
  readonly classifier: Classifier;
  readonly card: ModelCard;
  readonly input: Tensor32;
  /** The classifier's engine, for a method's own matrix products. */
  readonly runner?: Runner;
  /** Images [N, ...inputShape] that stand for the data. */
  readonly background?: Tensor32 | undefined;
}

type Watch = Pick<AttributionContext, 'signal' | 'onProgress' | 'memoryLimit'>;

export async function runMethod(
  plan: Plan,
  name: string,
  subject: MethodSubject,
  watch: Watch = {},
): Promise<MethodRun> {
  const method = methodNamed(name);
  const options = parseOptions(method, plannedMethod(plan, name).options);
  const { classifier, card, input } = subject;
  const context = { ...contextOf(subject, watch), target: plan.target.index };
  return runOf(method, await method.attribute(classifier, input, context, options), card);
}

/** Several classes in one pass: a run for each plan, in order. The plans differ in nothing but their target. */
export async function runMethodForTargets(
  plans: readonly Plan[],
  name: string,
  subject: MethodSubject,
  watch: Watch = {},
): Promise<MethodRun[]> {
  if (plans.length === 1) return [await runMethod(plans[0]!, name, subject, watch)];
  const method = methodNamed(name);
  const options = parseOptions(method, plannedMethod(plans[0]!, name).options);
  const { classifier, card, input } = subject;
  const context = contextOf(subject, watch);
  const targets = plans.map(({ target }) => target.index);
  const found = await attributeTargets(method, classifier, input, context, targets, options);
  return found.map((attribution) => runOf(method, attribution, card));
}

const contextOf = ({ card, runner, background }: MethodSubject, watch: Watch) => ({
  ...watch,
  runner,
  background,
  preprocessing: card.input,
});

function runOf(method: Method<unknown>, attribution: Attribution, card: ModelCard): MethodRun {
  const map = reduceChannels(attribution.map, card.input.layout);
  if (map.data.some((value) => !Number.isFinite(value))) {
    throw new PermanentFault(`${method.name}: expected finite values, got NaN or infinity`, {
      code: 'map-not-finite',
      remedy: 'The gradient of this model overflows for this image; check the card’s range, mean and std.',
    });
  }
  return {
    map,
    signed: attribution.signed ?? method.signed,
    unit: attribution.unit ?? method.unit,
    attribution,
  };
}

export function plannedMethod(plan: Plan, name: string): MethodPlan {
  const planned = plan.methods.find(({ method }) => method === name);
  if (planned) return planned;
  throw new PermanentFault(`run ${plan.runId}: ${name} is not in the plan`, { code: 'method-not-planned' });
}

export function succeededResult(
  plan: Plan,
  name: string,
  { map, signed, unit, attribution }: MethodRun,
  work: {
    readonly attempts: number;
    readonly milliseconds: number;
    readonly runner: Runner;
    readonly metrics: TrustMetrics;
  },
): MethodResult {
  return {
    schema: 'cxai.method-result/1',
    runId: plan.runId,
    method: name,
    options: plannedMethod(plan, name).options,
    attempts: work.attempts,
    status: 'complete',
    milliseconds: work.milliseconds,
    gradients: attribution.gradients,
    forwards: attribution.forwards,
    batchSize: attribution.batchSize,
    engine: work.runner.engine,
    device: work.runner.device,
    files: { map: mapName(name), preview: previewName(name) },
    range: extremes(map.data),
    signed,
    unit,
    completeness: attribution.completeness ?? null,
    metrics: work.metrics,
  };
}

export function failedResult(plan: Plan, name: string, error: Fault, attempts: number): MethodResult {
  return {
    schema: 'cxai.method-result/1',
    runId: plan.runId,
    method: name,
    options: plannedMethod(plan, name).options,
    attempts,
    status: 'failed',
    error,
  };
}

function extremes(values: Float32Array): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
