/** Manifests and index entries from a plan and its results: pure assembly, no clock, no store. */

import { imageName, inputName } from '../manifest/keys.ts';
import type { ExplainedManifest, Manifest, RejectedManifest } from '../manifest/manifest.ts';
import type { Fault, MethodResult } from '../manifest/method-result.ts';
import type { Plan } from '../manifest/plan.ts';
import type { RunEntry } from '../manifest/run-index.ts';
import type { RunModel } from '../manifest/run-model.ts';
import type { Agreement } from '../manifest/trust-metrics.ts';
import { probabilities } from './probabilities.ts';

/** `results` in plan order; one for every method of the plan. */
export function explainedManifest(
  plan: Plan,
  card: Pick<RunModel, 'name' | 'output' | 'intendedUse'>,
  results: readonly MethodResult[],
  finishedAt: string,
  agreement?: readonly Agreement[],
): ExplainedManifest {
  const succeeded = results.filter((result) => result.status === 'complete').length;
  return {
    schema: 'cxai.manifest/1',
    runId: plan.runId,
    finishedAt,
    status: succeeded === results.length ? 'complete' : succeeded > 0 ? 'partial' : 'failed',
    error: null,
    source: plan.source,
    files: { image: imageName, input: inputName },
    model: {
      ...plan.model,
      name: card.name,
      classes: card.output.classes,
      activation: card.output.activation,
      intendedUse: card.intendedUse,
    },
    scores: plan.scores,
    probabilities: probabilities(plan.scores, card.output.activation),
    target: plan.target,
    ...(plan.explain && { explain: plan.explain }),
    methods: [...results],
    ...(agreement && { agreement: [...agreement] }),
    warnings: plan.warnings,
    provenance: plan.provenance,
  };
}

export function rejectedManifest(
  runId: string,
  modelId: string | null,
  error: Fault,
  provenance: Plan['provenance'],
): RejectedManifest {
  return {
    schema: 'cxai.manifest/1',
    runId,
    finishedAt: provenance.createdAt,
    status: 'rejected',
    error,
    modelId,
    provenance,
  };
}

export function runEntry(manifest: Manifest): RunEntry {
  const common = { runId: manifest.runId, status: manifest.status, finishedAt: manifest.finishedAt };
  if (manifest.status === 'rejected') {
    return {
      ...common,
      modelId: manifest.modelId,
      target: null,
      probability: null,
      methods: 0,
      failedMethods: [],
      error: manifest.error.message,
    };
  }
  return {
    ...common,
    modelId: manifest.model.id,
    target: manifest.target.name,
    probability: manifest.probabilities[manifest.target.index] ?? null,
    methods: manifest.methods.length,
    failedMethods: manifest.methods
      .filter((result) => result.status === 'failed')
      .map((result) => result.method),
    ...disagreementOf(manifest.agreement ?? []),
    error: null,
  };
}

function disagreementOf(pairs: readonly Agreement[]): Pick<RunEntry, 'disagreement'> {
  if (pairs.length === 0) return {};
  const overlap = pairs.reduce((sum, { topOverlap }) => sum + topOverlap, 0) / pairs.length;
  return { disagreement: 1 - overlap };
}
