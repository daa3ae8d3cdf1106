/**
 * A run that is still being explained, from what already lies there: the plan says what will be done, and a
 * method's result, written when it ends, says that it is.
 */
import { planKey, resultName, runKey } from '../../../shared/manifest/keys.ts';
import type { MethodResult } from '../../../shared/manifest/method-result.ts';
import type { Plan } from '../../../shared/manifest/plan.ts';
import { fetchJson } from './fetch-json.ts';

export interface RunProgress {
  readonly plan: Plan;
  /** Results by method, of those that have ended. */
  readonly ended: ReadonlyMap<string, MethodResult>;
}

/** What there is now; asks only for what `known` lacks. Null where not even the plan is there. */
export async function readProgress(
  root: string,
  runId: string,
  known: RunProgress | null,
): Promise<RunProgress | null> {
  const plan = known?.plan ?? (await value<Plan>(`${root}${planKey(runId)}`, 'cxai.plan/1'));
  if (!plan) return null;
  const ended = new Map(known?.ended);
  const missing = plan.methods.filter(({ method }) => !ended.has(method));
  await Promise.all(
    missing.map(async ({ method }) => {
      const result = await value<MethodResult>(
        `${root}${runKey(runId, resultName(method))}`,
        'cxai.method-result/1',
      );
      if (result) ended.set(method, result);
    }),
  );
  return { plan, ended };
}

async function value<T extends { schema: string }>(url: string, schema: T['schema']): Promise<T | null> {
  const answer = await fetchJson<T>(url, schema);
  return answer.kind === 'loaded' ? answer.value : null;
}
