/**
 * Which methods a run gets, with every option filled in, and the lane each takes.
 *
 * A lane is a cost class. The cost of a method in floating-point operations is
 * gradients × 3 × FLOPs(forward) + forwards × FLOPs(forward): one gradient is a forward pass and about twice
 * its work backwards.
 */
import { methodNamed, methods, parseOptions } from '../attribution/registry.ts';
import type { Lane, MethodPlan } from '../manifest/plan.ts';
import type { Extent } from '../segmentation/extent.ts';

/** The paper's methods and Grad-CAM: what every image gets unless something else is asked for. */
export const defaultMethods: readonly string[] = [
  'gradients',
  'integrated-gradients',
  'smoothgrad',
  'guided-ig',
  'blur-ig',
  'xrai',
  'grad-cam',
];

/**
 * Method names as a person or a setting gives them: `all` stands for every method, nothing for the defaults; one
 * named twice counts once. Throws PermanentFault `method-unknown`.
 */
export function methodNames(requested: readonly string[] | undefined): readonly string[] {
  if (requested === undefined || requested.length === 0) return defaultMethods;
  const named = requested.filter((name) => name !== 'all').map((name) => methodNamed(name).name);
  return requested.includes('all') ? methods.map(({ name }) => name) : [...new Set(named)];
}

export interface LaneRule {
  readonly gpu: boolean;
  /** Above this many floating-point operations a method takes the gpu lane. */
  readonly gpuAbove: number;
}

export const gpuAboveFlops = 5e12;

export interface MethodRequest {
  readonly method: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface PlanSettings {
  /** For every method that draws random numbers, unless its own options name one. */
  readonly seed: number;
  /** Of one image. */
  readonly forwardFlops: number;
  readonly rule: LaneRule;
  /** Of the model's input: occlusion's cost depends on it. 224×224 unless given. */
  readonly extent?: Extent;
}

export function planMethods(
  requests: readonly MethodRequest[],
  { seed, forwardFlops, rule, extent }: PlanSettings,
): MethodPlan[] {
  return requests.map((request) => {
    const method = methodNamed(request.method);
    const defaults = parseOptions(method, {});
    const seeded = 'seed' in (defaults as object) ? { seed } : {};
    const options = parseOptions(method, { ...seeded, ...request.options });
    const { gradients, forwards } = method.cost(options, extent);
    const flops = (3 * gradients + forwards) * forwardFlops;
    const lane: Lane = rule.gpu && flops > rule.gpuAbove ? 'gpu' : 'cpu';
    return { method: method.name, options: options as MethodPlan['options'], lane };
  });
}
