/**
 * A run is content-addressed: the same pixels through the same model with the same plan are the same run,
 * whenever, however often and under whatever name the file was dropped.
 *
 * Runs of the canary (shared/pipeline/canary.ts) begin with twelve zeros instead, so that a lifecycle rule can end
 * them by their prefix and the index leave them out. Chance gives another run such an id once in 2^48.
 */
import type { ModelCard } from '../manifest/model-card.ts';
import type { MethodPlan } from '../manifest/plan.ts';
import type { MetricsLevel } from '../manifest/trust-metrics.ts';
import { canaryModel, canaryRunId } from './canary.ts';
import { canonicalJson } from './canonical-json.ts';
import { shortDigest } from './digest.ts';

export function runIdOf(
  pixelDigest: string,
  card: ModelCard,
  methods: readonly MethodPlan[],
  { seed, metrics }: { readonly seed: number; readonly metrics: MetricsLevel },
): string {
  const id = shortDigest(
    canonicalJson({
      pixelDigest,
      model: card.digest,
      input: card.input,
      output: card.output,
      methods: methods.map(({ method, options }) => ({ method, options })),
      metrics,
      seed,
    }),
  );
  return card.id === canaryModel ? canaryRunId(id) : id;
}
