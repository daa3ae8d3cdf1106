/**
 * A run is content-addressed: the same pixels through the same model with the same plan are the same run,
 * whenever, however often and under whatever name the file was dropped.
 *
 * Runs of the canary (shared/pipeline/canary.ts) begin with twelve zeros instead, so that a lifecycle rule can end
 * them by their prefix and the index leave them out. Chance gives another run such an id once in 2^48.
 */
import type { ModelCard } from '../manifest/model-card.ts';
import type { ExplainedOutput, MethodPlan } from '../manifest/plan.ts';
import type { MetricsLevel } from '../manifest/trust-metrics.ts';
import { canaryModel, canaryRunId } from './canary.ts';
import { canonicalJson } from './canonical-json.ts';
import { shortDigest } from './digest.ts';

export function runIdOf(
  pixelDigest: string,
  card: ModelCard,
  methods: readonly MethodPlan[],
  settings: {
    readonly seed: number;
    readonly metrics: MetricsLevel;
    readonly explain?: ExplainedOutput | undefined;
    /** Digest of the background images, where there are any. */
    readonly background?: string | undefined;
    /** Stored bits, where they were stated. */
    readonly bits?: number | undefined;
  },
): string {
  const { seed, metrics, explain = 'score', background, bits } = settings;
  const id = shortDigest(
    canonicalJson({
      pixelDigest,
      model: card.digest,
      input: card.input,
      output: card.output,
      methods: methods.map(({ method, options }) => ({ method, options })),
      metrics,
      seed,
      // Ids of runs that explain the model's own output stay what they were.
      ...(explain !== 'score' && { explain }),
      ...(background && { background }),
      ...(bits !== undefined && { bits }),
    }),
  );
  return card.id === canaryModel ? canaryRunId(id) : id;
}
