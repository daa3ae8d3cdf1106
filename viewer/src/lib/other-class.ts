/** A stored run's methods for another class than the one it stores, computed in the tab. */
import type { ExplainedManifest } from '../../../shared/manifest/manifest.ts';
import type { MethodResult } from '../../../shared/manifest/method-result.ts';
import type { Plan } from '../../../shared/manifest/plan.ts';

/** The run's plan with its methods and options, for class `target`; cheapest method first. */
export function otherClassPlan(manifest: ExplainedManifest, target: number): Plan {
  const { runId, model, source, scores, warnings, provenance } = manifest;
  const { id, version, digest } = model;
  const cost = (result: MethodResult) =>
    result.status === 'complete' ? 3 * result.gradients + result.forwards : Number.POSITIVE_INFINITY;
  return {
    schema: 'cxai.plan/1',
    runId,
    model: { id, version, digest },
    source,
    scores,
    target: { index: target, name: model.classes[target]!, chosen: 'fixed' },
    ...(manifest.explain && { explain: manifest.explain }),
    methods: manifest.methods
      .toSorted((a, b) => cost(a) - cost(b))
      .map(({ method, options }) => ({ method, options, lane: 'cpu' })),
    metrics: 'none',
    warnings,
    provenance,
  };
}

/** The run as if it had explained the plan's class, with the results there are; its warnings say where they are from. */
export function otherClassManifest(
  stored: ExplainedManifest,
  plan: Plan,
  results: readonly MethodResult[],
): ExplainedManifest {
  const { agreement: _, ...rest } = stored;
  return {
    ...rest,
    target: plan.target,
    methods: [...results],
    warnings: [
      ...stored.warnings,
      `Maps of ‘${plan.target.name}’ are computed in this tab; the run stores those of ‘${stored.target.name}’.`,
    ],
  };
}
