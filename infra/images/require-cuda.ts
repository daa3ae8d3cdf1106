/**
 * `node infra/images/require-cuda.ts`: ends the build of a GPU image where the engine's CUDA library is not there. The
 * npm package downloads it while it is installed (from nuget.org); without it an image would be built, deployed and
 * fail on its first task.
 */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(
  new URL('../../node_modules/onnxruntime-node/bin/napi-v6/linux/x64/', import.meta.url),
);
const needed = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];

/** Files of the CUDA provider that `present` lacks. */
export const missingCuda = (present: readonly string[]): string[] =>
  needed.filter((name) => !present.includes(name));

if (import.meta.main) {
  const missing = missingCuda(await readdir(folder).catch(() => []));
  if (missing.length > 0) {
    console.error(`gpu image: expected the engine's CUDA library, lacks ${missing.join(', ')}.`);
    console.error(
      'Build where nuget.org can be reached, or put these files into the package before this step.',
    );
    process.exit(1);
  }
}
