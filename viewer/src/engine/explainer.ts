/**
 * The explanation of images inside the tab: the same compilation, preparation and methods as in the pipeline,
 * on whatever runner it is given. Holds one open model.
 */
import { methodNamed, methods, parseOptions } from '../../../shared/attribution/registry.ts';
import { Cancelled, PermanentFault } from '../../../shared/errors.ts';
import { pixelDigestOf } from '../../../shared/imaging/pixel-digest.ts';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';
import type { MethodPlan } from '../../../shared/manifest/plan.ts';
import { digestOf } from '../../../shared/pipeline/digest.ts';
import { faultReport } from '../../../shared/pipeline/fault-report.ts';
import { mapMeasurement } from '../../../shared/pipeline/measure-map.ts';
import { planImage } from '../../../shared/pipeline/plan-image.ts';
import { planMethods } from '../../../shared/pipeline/plan-methods.ts';
import { runIdOf } from '../../../shared/pipeline/run-id.ts';
import { failedResult, runMethod, succeededResult } from '../../../shared/pipeline/run-method.ts';
import type { Classifier } from '../../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import type { Runner } from '../../../shared/runtime/runner.ts';
import type { Calls, ExplainedMethod } from './calls.ts';

export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

type Worked = {
  [Name in 'open' | 'plan' | 'scores' | 'explain' | 'measure']: (
    given: Calls[Name]['given'],
    watch: Watch,
  ) => Promise<Calls[Name]['answer']>;
};

const seed = 0;

export function createExplainer(runner: Runner): Worked {
  let opened: { readonly card: ModelCard; readonly classifier: Classifier } | null = null;
  let measuring: { readonly image: string; readonly measure: ReturnType<typeof mapMeasurement> } | null =
    null;
  const subject = () => {
    if (opened) return opened;
    throw new PermanentFault('internal: no model is open', { code: 'model-not-open' });
  };
  return {
    async open({ card, model }) {
      refuseOtherFile(card, model);
      await opened?.classifier.release();
      opened = null;
      measuring = null;
      const { layout, channels, height, width } = card.input;
      const inputShape = layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
      // Small batches: a tab has one or few threads, and a run must end before it can be cancelled.
      const classifier = await compileClassifier(model, runner, { layout, inputShape, maxBatch: 4 });
      // The first run of all starts the engine: after it nothing has to be fetched any more.
      const blank = new Float32Array(channels * height * width);
      await classifier.scores({ shape: [1, ...inputShape], data: blank });
      opened = { card, classifier };
      return null;
    },
    async plan({ image, software }) {
      const { card, classifier } = subject();
      const planned = everyMethod(card);
      const settings = { seed, metrics: 'none' } as const;
      const pixelDigest = pixelDigestOf(image);
      const runId = runIdOf(pixelDigest, card, planned, settings);
      const createdAt = new Date().toISOString();
      const provenance = { software, commit: 'in this browser', seed, traceId: 'none', createdAt };
      const request = { runId, pixelDigest, card, methods: planned, metrics: settings.metrics, provenance };
      return planImage(image, classifier, request);
    },
    async scores({ input }) {
      const { data } = await subject().classifier.scores({ shape: [1, ...input.shape], data: input.data });
      return [...data];
    },
    async explain({ plan, method, input }, watch): Promise<ExplainedMethod> {
      const { card, classifier } = subject();
      const started = performance.now();
      try {
        const run = await runMethod(plan, method, { classifier, card, input, runner }, watch);
        const milliseconds = performance.now() - started;
        const work = { attempts: 1, milliseconds, runner, metrics: {} };
        return { result: succeededResult(plan, method, run, work), map: run.map };
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        return { result: failedResult(plan, method, faultReport(error), 1), map: null };
      }
    },
    async measure({ plan, method, input, map }, { signal }) {
      const { card, classifier } = subject();
      const image = `${plan.runId} ${plan.target.index}`;
      if (measuring?.image !== image) {
        // The controls are measured once an image; without an encoder only the curves that need none are drawn.
        const measured = { classifier, card, input };
        measuring = { image, measure: mapMeasurement({ ...plan, metrics: 'quick' }, measured, noEncoder) };
      }
      return measuring.measure(method, { map }, signal);
    },
  };
}

const noEncoder = (): never => {
  throw new PermanentFault('internal: information curves are not measured in a tab', { code: 'no-encoder' });
};

function refuseOtherFile(card: ModelCard, model: Uint8Array): void {
  const digest = digestOf(model);
  if (digest === card.digest) return;
  throw new PermanentFault(`model ${card.id}: expected a file with ${card.digest}, got ${digest}`, {
    code: 'model-file-mismatch',
    remedy: 'Register the model again: cxai model add.',
  });
}

/** Cheapest first: what a reader waits for comes early. */
function everyMethod(card: ModelCard): MethodPlan[] {
  const requests = methods.map(({ name }) => ({ method: name }));
  const planned = planMethods(requests, { seed, forwardFlops: 0, rule: { gpu: false, gpuAbove: 0 } });
  const cost = ({ method: name, options }: MethodPlan) => {
    const method = methodNamed(name);
    const { gradients, forwards } = method.cost(parseOptions(method, options), card.input);
    return 3 * gradients + forwards;
  };
  return planned.toSorted((a, b) => cost(a) - cost(b));
}
