/**
 * How far the methods of a run agree, from its stored maps [H, W]: each is read once, when the last method has ended.
 * A map that is missing, is no float32 array or has another shape than the first is left out; the run is finished
 * without it. Throws TransientFault where the store does not answer.
 */
import { PermanentFault } from '../../shared/errors.ts';
import { runKey } from '../../shared/manifest/keys.ts';
import type { MethodResult } from '../../shared/manifest/method-result.ts';
import type { Plan } from '../../shared/manifest/plan.ts';
import type { Agreement } from '../../shared/manifest/trust-metrics.ts';
import { pairwiseAgreement } from '../../shared/metrics/agreement.ts';
import { readNpy } from '../../shared/tensor/npy.ts';
import type { Tensor32 } from '../../shared/tensor/tensor.ts';
import type { ObjectStore } from './object-store.ts';

/** Every pair of the methods that succeeded, in the order of `ended`; undefined where the plan wants no metrics. */
export async function runAgreement(
  store: ObjectStore,
  plan: Plan,
  ended: readonly MethodResult[],
): Promise<Agreement[] | undefined> {
  if (plan.metrics === 'none') return undefined;
  const read = await Promise.all(
    ended.map(async (result) => {
      const map = result.status === 'failed' ? null : await readMap(store, result.runId, result.files.map);
      return map ? [{ method: result.method, map }] : [];
    }),
  );
  const found = read.flat();
  const shape = String(found[0]?.map.shape);
  const alike = found.filter(({ map }) => String(map.shape) === shape);
  return pairwiseAgreement(new Map(alike.map(({ method, map }) => [method, map.data])));
}

async function readMap(store: ObjectStore, runId: string, file: string): Promise<Tensor32 | null> {
  const object = await store.read(runKey(runId, file));
  if (!object) return null;
  try {
    const { shape, data } = readNpy(object.bytes);
    return data instanceof Float32Array ? { shape, data } : null;
  } catch (error) {
    if (error instanceof PermanentFault) return null;
    throw error;
  }
}
