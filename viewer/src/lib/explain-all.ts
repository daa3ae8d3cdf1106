/** Every named method of a plan, one after the other, in the tab. */
import type { MethodResult } from '../../../shared/manifest/method-result.ts';
import type { ExplainedMethod, PlannedStudy } from '../engine/calls.ts';
import type { Engine } from '../engine/engine.ts';
import { type AttributionMap, attributionMap } from './attribution-map.ts';
import { isCancelled } from './failure-of.ts';

export interface ExplainEvents {
  /** A method that has begun, and its finished fraction, 0 … 1. */
  readonly progress: (method: string, fraction: number) => void;
  readonly ended: (result: MethodResult, map: AttributionMap | null) => void;
}

/** Resolves to whether all of `names` have ended; false where the signal stopped it. */
export async function explainAll(
  engine: Engine,
  { plan, input }: PlannedStudy,
  names: readonly string[],
  { signal, events }: { readonly signal: AbortSignal; readonly events: ExplainEvents },
): Promise<boolean> {
  for (const method of names) {
    if (signal.aborted) return false;
    events.progress(method, 0);
    const onProgress = (fraction: number) => events.progress(method, fraction);
    try {
      const explained = await engine.call('explain', { plan, method, input }, { signal, onProgress });
      events.ended(explained.result, mapOf(explained));
    } catch (error) {
      if (isCancelled(error)) return false;
      throw error;
    }
  }
  return true;
}

/** The map as the page shows it; null where the method failed. */
export function mapOf({ map }: ExplainedMethod): AttributionMap | null {
  return map && attributionMap(map.data, map.shape[1]!, map.shape[0]!);
}
