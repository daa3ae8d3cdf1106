/** The plan for edits of a run: the same class, methods that answer while one watches. */
import type { ExplainedManifest } from '../../../shared/manifest/manifest.ts';
import type { Plan } from '../../../shared/manifest/plan.ts';

export const quickMethods = ['grad-cam'] as const;
export const slowMethods = ['gradients', 'integrated-gradients'] as const;
/** Too slow to follow; explained when asked for. */
export const requestedMethods = ['occlusion'] as const;
const options: Readonly<Record<string, Plan['methods'][number]['options']>> = {
  'integrated-gradients': { steps: 32 },
};

export function editPlan(manifest: ExplainedManifest): Plan {
  const { runId, model, source, scores, target, warnings, provenance } = manifest;
  const methods = [...quickMethods, ...slowMethods, ...requestedMethods].map((method) => ({
    method,
    options: options[method] ?? {},
    lane: 'cpu' as const,
  }));
  const { id, version, digest } = model;
  return {
    schema: 'cxai.plan/1',
    runId,
    model: { id, version, digest },
    source,
    scores,
    target,
    methods,
    metrics: 'none',
    warnings,
    provenance,
  };
}
