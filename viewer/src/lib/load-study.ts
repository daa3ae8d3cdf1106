/** Reads picture and maps of a run, all at once, and reports each as it arrives. Returns the function that stops it. */
import type { ExplainedManifest } from '../../../shared/manifest/manifest.ts';
import type { AttributionMap } from './attribution-map.ts';
import { loadMap, loadPicture, type Picture } from './load-picture.ts';
import { runFile } from './manifest-store.ts';

export interface StudyArrivals {
  readonly picture: (picture: Picture | Error) => void;
  readonly map: (method: string, map: AttributionMap | Error) => void;
}

export function loadStudy(manifest: ExplainedManifest, arrived: StudyArrivals): () => void {
  const { runId } = manifest;
  let wanted = true;
  const report = <T>(loading: Promise<T>, take: (result: T | Error) => void) => {
    void loading
      .catch((cause: unknown) => (cause instanceof Error ? cause : new Error(String(cause))))
      .then((result) => {
        if (wanted) take(result);
      });
  };
  report(loadPicture(runFile(runId, manifest.files.image)), arrived.picture);
  for (const method of manifest.methods) {
    if (method.status === 'failed') continue;
    report(loadMap(runFile(runId, method.files.map)), (map) => arrived.map(method.method, map));
  }
  return () => {
    wanted = false;
  };
}
