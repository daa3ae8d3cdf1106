/**
 * The runner port on onnxruntime-web (WebAssembly, CPU). Both engine files are served by the site itself.
 *
 * A run blocks its thread, so this lives in a worker; between runs it lets messages in every now and then, or
 * nobody could cancel.
 */

// A name of its own: threads are started from this very file.
import glueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import { PermanentFault, TransientFault } from '../../../shared/errors.ts';
import { runSession } from '../../../shared/runtime/run-session.ts';
import type { Runner, Session } from '../../../shared/runtime/runner.ts';
import type { Tensor32 } from '../../../shared/tensor/tensor.ts';
import { fetchWasm, refuseWithoutWasm, unreachable } from './wasm-file.ts';

const turnMilliseconds = 30;
let turnBegan = 0;

/** Loads the engine. `threads` above 1 need a cross-origin isolated page. Throws where it cannot be had. */
export async function createWasmRunner(
  threads: number,
  onProgress: (fraction: number) => void,
): Promise<Runner> {
  refuseWithoutWasm();
  ort.env.wasm.wasmBinary = await fetchWasm(new URL(wasmUrl, import.meta.url).href, onProgress);
  ort.env.wasm.wasmPaths = { mjs: new URL(glueUrl, import.meta.url).href };
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  return { engine: `onnxruntime-web ${ort.env.versions.web}`, device: 'wasm', load };
}

async function load(model: Uint8Array): Promise<Session> {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw asFault('load', cause);
  });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds, into) {
      await letMessagesIn();
      return runSession(session, tensorOf, feeds, (cause) => asFault('run', cause), into);
    },
    release: () => session.release(),
  };
}

const tensorOf = ({ data, shape }: Tensor32): ort.Tensor => new ort.Tensor('float32', data, shape);

async function letMessagesIn(): Promise<void> {
  if (performance.now() - turnBegan < turnMilliseconds) return;
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  port1.close();
  turnBegan = performance.now();
}

function asFault(where: 'load' | 'run', cause: unknown): PermanentFault | TransientFault {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (/no available backend/.test(reason)) return unreachable(cause);
  const outOfMemory = /alloc|out of memory/i.test(reason);
  const Fault = outOfMemory ? TransientFault : PermanentFault;
  return new Fault(`onnxruntime ${where}: expected a graph this engine can ${where}, got: ${reason}`, {
    code: outOfMemory ? 'engine-out-of-memory' : `engine-${where}`,
    remedy: outOfMemory ? 'Close other tabs, or use the pipeline for a model of this size.' : undefined,
    cause,
  });
}
