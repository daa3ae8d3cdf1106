/**
 * From a decoded image to a plan: the model's input, its scores, the class to explain and the run's identity.
 * The pipeline's ingest, the command line and the browser all start here.
 */
import { windowOf, windowWarning } from '../imaging/canonical-image.ts';
import { type ModelInput, prepareInput } from '../imaging/model-input.ts';
import type { SourceImage } from '../imaging/source-image.ts';
import type { ModelCard } from '../manifest/model-card.ts';
import type { ExplainedOutput, MethodPlan, Plan } from '../manifest/plan.ts';
import type { MetricsLevel } from '../manifest/trust-metrics.ts';
import type { Classifier } from '../runtime/classifier.ts';
import { chooseTarget } from './choose-target.ts';

export interface PlanRequest {
  readonly runId: string;
  /** Of the same image: its run id was made of it. */
  readonly pixelDigest: string;
  readonly card: ModelCard;
  readonly methods: readonly MethodPlan[];
  readonly metrics: MetricsLevel;
  readonly provenance: Plan['provenance'];
  readonly explain?: ExplainedOutput | undefined;
  /** Bits that images above 8 bits were stored with; guessed where absent, with a warning. */
  readonly bits?: number | undefined;
}

export interface PlannedImage {
  readonly plan: Plan;
  /** One image in model units and layout, without the batch axis. */
  readonly input: ModelInput['input'];
}

/** Throws PermanentFault where the card does not fit the model (class names, finite scores). */
export async function planImage(
  image: SourceImage,
  classifier: Classifier,
  { runId, pixelDigest, card, methods, metrics, provenance, explain = 'score', bits }: PlanRequest,
): Promise<PlannedImage> {
  const { input, placement, window } = prepareInput(image, card.input, windowOf(image, bits));
  const answer = await classifier.scores({ shape: [1, ...input.shape], data: input.data });
  const scores = [...answer.data];
  const { format, width, height, channels, bitDepth } = image;
  const plan: Plan = {
    schema: 'cxai.plan/1',
    runId,
    model: { id: card.id, version: card.version, digest: card.digest },
    source: {
      pixelDigest,
      format,
      width,
      height,
      channels,
      bitDepth,
      spacing: image.spacing && [...image.spacing],
      window,
      placement: { ...placement },
    },
    scores,
    target: chooseTarget(scores, card.output),
    ...(explain !== 'score' && { explain }),
    methods: [...methods],
    metrics,
    warnings: [...image.warnings, ...(bits === undefined ? windowWarning(image, window) : [])],
    provenance,
  };
  return { plan, input };
}
