/** Every named method of a plan, one after the other, in the tab; and how far each map beats its controls. */
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
  return untilCancelled(async () => {
    for (const method of names) {
      if (signal.aborted) return;
      events.progress(method, 0);
      const onProgress = (fraction: number) => events.progress(method, fraction);
      const explained = await engine.call('explain', { plan, method, input }, { signal, onProgress });
      events.ended(explained.result, mapOf(explained));
    }
  }, signal);
}

/** Measures the maps that have no figures yet; resolves as explainAll does. */
export async function measureAll(
  engine: Engine,
  { plan, input }: PlannedStudy,
  found: {
    readonly results: readonly MethodResult[];
    readonly maps: Readonly<Record<string, AttributionMap>>;
  },
  { signal, measured }: { readonly signal: AbortSignal; readonly measured: (result: MethodResult) => void },
): Promise<boolean> {
  return untilCancelled(async () => {
    for (const result of found.results) {
      const map = found.maps[result.method];
      if (signal.aborted) return;
      if (result.status === 'failed' || !map || result.metrics.insertionDeletion) continue;
      const given = {
        plan,
        method: result.method,
        input,
        map: { shape: [map.height, map.width], data: map.values },
      };
      measured({ ...result, metrics: await engine.call('measure', given, { signal }) });
    }
  }, signal);
}

async function untilCancelled(work: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await work();
    return !signal.aborted;
  } catch (error) {
    if (isCancelled(error)) return false;
    throw error;
  }
}

/** The map as the page shows it; null where the method failed. */
export function mapOf({ map }: ExplainedMethod): AttributionMap | null {
  return map && attributionMap(map.data, map.shape[1]!, map.shape[0]!);
}
