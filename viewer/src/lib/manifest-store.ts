/**
 * Manifests as the viewer needs them: read once per page (they never change).
 */
import { manifestKey, runKey } from '../../../shared/manifest/keys.ts';
import type { ExplainedManifest, Manifest } from '../../../shared/manifest/manifest.ts';
import type { MethodResult } from '../../../shared/manifest/method-result.ts';
import { pageDataRoot } from './data-root.ts';
import { fetchJson, type Loaded } from './fetch-json.ts';
import { byMethodOrder } from './method-titles.ts';

export type CompletedMethod = Extract<MethodResult, { status: 'complete' }>;

const known = new Map<string, Promise<Loaded<Manifest>>>();

/** The manifest of a run. A failure is not remembered: the next call asks again. */
export function loadManifest(runId: string): Promise<Loaded<Manifest>> {
  const asked = known.get(runId);
  if (asked) return asked;
  const asking = fetchJson<Manifest>(`${pageDataRoot()}${manifestKey(runId)}`, 'cxai.manifest/1');
  known.set(runId, asking);
  void asking.then((answer) => {
    if (answer.kind !== 'loaded') known.delete(runId);
  });
  return asking;
}

/** URL of a file of a run: `runFile(id, 'image.png')`. */
export const runFile = (runId: string, name: string): string => `${pageDataRoot()}${runKey(runId, name)}`;

/** The methods in reading order: those that succeeded first. */
export function orderedMethods(manifest: ExplainedManifest): MethodResult[] {
  return [...manifest.methods].sort(
    (a, b) =>
      Number(a.status === 'failed') - Number(b.status === 'failed') || byMethodOrder(a.method, b.method),
  );
}

/** The preview that says most at thumbnail size: the first succeeded method in reading order. */
export function bestPreview(manifest: ExplainedManifest): CompletedMethod | null {
  return orderedMethods(manifest).find((method) => method.status === 'complete') ?? null;
}
