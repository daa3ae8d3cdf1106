/**
 * What the trust checks say of one map, in a word for its title and a sentence for why it failed: weight
 * randomization (a map that stays the same when the model forgets does not explain the model) and the controls
 * (a map that explains finds the pixels sooner than chance and than the image's edges do).
 */
import type { TrustMetrics } from '../../../shared/manifest/trust-metrics.ts';
import { hundredths } from './figures.ts';

export interface Verdict {
  readonly state: 'passed' | 'failed' | 'unchecked';
  /** The check that decides, as in `✓ sanity`. */
  readonly check: 'sanity' | 'controls';
  /** What was found: why it failed, or what was passed. */
  readonly reasons: readonly string[];
}

/** The verdict on a map with these metrics; null where nothing was measured. */
export function trustVerdict({ randomization, beatsControls }: TrustMetrics): Verdict | null {
  const checked = randomization?.kind === 'checked' ? randomization : null;
  const failures: string[] = [];
  if (checked?.passed === false) {
    const { similarity } = checked.stages.at(-1)!;
    failures.push(
      `Sanity check failed: with random weights the model gets a map ${hundredths(similarity)} similar, the same map moved to another place reaches ${hundredths(checked.control.threshold)}.`,
    );
  }
  if (beatsControls === false) {
    failures.push("Finds the class's pixels no better than a random map or the image's edges.");
  }
  if (failures.length > 0) {
    return { state: 'failed', check: checked?.passed === false ? 'sanity' : 'controls', reasons: failures };
  }
  if (checked) {
    return {
      state: 'passed',
      check: 'sanity',
      reasons: ['The map changes when the weights are randomized.'],
    };
  }
  if (randomization?.kind === 'skipped') {
    return { state: 'unchecked', check: 'sanity', reasons: [`Not checked: ${randomization.reason}`] };
  }
  if (beatsControls === undefined) return null;
  return {
    state: 'passed',
    check: 'controls',
    reasons: ["Beats a random map and the image's edges. Weight randomization was not checked."],
  };
}
