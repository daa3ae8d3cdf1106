/** A run as its markers show it: the plan and the result of every method that has ended. */
import { planKey, resultName, runKey, runPrefix } from '../../shared/manifest/keys.ts';
import { type MethodResult, methodResultSchema } from '../../shared/manifest/method-result.ts';
import { type Plan, planSchema } from '../../shared/manifest/plan.ts';
import { jsonType, readJson } from './json-object.ts';
import type { ObjectStore } from './object-store.ts';

export async function readPlan(store: ObjectStore, runId: string): Promise<Plan | undefined> {
  return (await readJson(store, planKey(runId), planSchema))?.value;
}

export async function hasResult(store: ObjectStore, runId: string, method: string): Promise<boolean> {
  return (await store.size(runKey(runId, resultName(method)))) !== undefined;
}

/** Written once: the first marker of a method counts, later ones are dropped. */
export async function writeResult(store: ObjectStore, result: MethodResult): Promise<void> {
  await store.writeOnce(runKey(result.runId, resultName(result.method)), JSON.stringify(result), jsonType);
}

/** Planned methods without a marker, in plan order. */
export async function missingMethods(store: ObjectStore, plan: Plan): Promise<string[]> {
  const prefix = `${runPrefix(plan.runId)}methods/`;
  const present = new Set<string>();
  for await (const { key } of store.list(prefix)) {
    if (key.endsWith('/result.json')) present.add(key.slice(prefix.length).split('/')[0]!);
  }
  return plan.methods.map(({ method }) => method).filter((method) => !present.has(method));
}

export async function readResults(store: ObjectStore, plan: Plan): Promise<MethodResult[]> {
  const results = await Promise.all(
    plan.methods.map(({ method }) =>
      readJson(store, runKey(plan.runId, resultName(method)), methodResultSchema),
    ),
  );
  return results.flatMap((result) => (result ? [result.value] : []));
}
