/** A run as its markers show it: the plan, what is told of its model, and the result of every method that has ended. */
import { planKey, resultName, runKey, runModelKey, runPrefix } from '../../shared/manifest/keys.ts';
import { type Fault, type MethodResult, methodResultSchema } from '../../shared/manifest/method-result.ts';
import { type Plan, planSchema } from '../../shared/manifest/plan.ts';
import { type RunModel, runModelSchema } from '../../shared/manifest/run-model.ts';
import { failedResult } from '../../shared/pipeline/run-method.ts';
import { jsonType, readJson, unlessUnreadable } from './json-object.ts';
import type { ObjectStore } from './object-store.ts';

export async function readPlan(store: ObjectStore, runId: string): Promise<Plan | undefined> {
  return (await readJson(store, planKey(runId), planSchema))?.value;
}

/** Undefined where an earlier version planned the run, or another than this one. */
export async function readRunModel(store: ObjectStore, runId: string): Promise<RunModel | undefined> {
  return (await readJson(store, runModelKey(runId), runModelSchema).catch(unlessUnreadable(undefined)))
    ?.value;
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

/** In plan order. A result that cannot be read ends its method as failed: nobody will write it anew. */
export async function readResults(store: ObjectStore, plan: Plan): Promise<MethodResult[]> {
  const results = await Promise.all(
    plan.methods.map(async ({ method }) => {
      const key = runKey(plan.runId, resultName(method));
      const unreadable = { value: failedResult(plan, method, resultUnreadable(method), 1) };
      return readJson(store, key, methodResultSchema).catch(unlessUnreadable(unreadable));
    }),
  );
  return results.flatMap((result) => (result ? [result.value] : []));
}

const resultUnreadable = (method: string): Fault => ({
  code: 'result-unreadable',
  message: `${method}: expected a result of a known version, got another`,
  remedy: 'Run the method again: cxai redrive RUN.',
  permanent: true,
});
