/** The runner port on onnxruntime-web, WebAssembly (CPU). Both engine files are served by the site itself. */

// A name of its own: threads are started from this very file.
import glueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import type { Runner } from '../../../shared/runtime/runner.ts';
import { fetchWasm } from './wasm-file.ts';
import { sessionLoader } from './web-session.ts';

/** Loads the engine. `threads` above 1 need a cross-origin isolated page. Throws where it cannot be had. */
export async function createWasmRunner(
  threads: number,
  onProgress: (fraction: number) => void,
): Promise<Runner> {
  ort.env.wasm.wasmBinary = await fetchWasm(new URL(wasmUrl, import.meta.url).href, onProgress);
  ort.env.wasm.wasmPaths = { mjs: new URL(glueUrl, import.meta.url).href };
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  const engine = `onnxruntime-web ${ort.env.versions.web}`;
  return { engine, device: 'wasm', load: sessionLoader(ort, 'wasm') };
}
