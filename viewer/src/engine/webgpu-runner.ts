/**
 * The runner port on onnxruntime-web, WebGPU. Its build is twice the size of the one for WebAssembly alone, so it is
 * fetched only where there is a GPU. What the GPU lacks an operator for runs on one thread of WebAssembly.
 */
import glueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import * as ort from 'onnxruntime-web/webgpu';
import type { Runner } from '../../../shared/runtime/runner.ts';
import { fetchWasm } from './wasm-file.ts';
import { sessionLoader } from './web-session.ts';

/** Loads the engine. Throws where it cannot be had. */
export async function createWebGpuRunner(onProgress: (fraction: number) => void): Promise<Runner> {
  ort.env.wasm.wasmBinary = await fetchWasm(new URL(wasmUrl, import.meta.url).href, onProgress);
  ort.env.wasm.wasmPaths = { mjs: new URL(glueUrl, import.meta.url).href };
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const engine = `onnxruntime-web ${ort.env.versions.web}`;
  return { engine, device: 'webgpu', load: sessionLoader(ort, 'webgpu') };
}
