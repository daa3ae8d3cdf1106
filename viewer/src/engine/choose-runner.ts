/** What computes in this tab: WebGPU where the browser has a GPU for it, WebAssembly else. */
import type { Runner } from '../../../shared/runtime/runner.ts';
import type { Calls } from './calls.ts';
import { refuseWithoutWasm } from './wasm-file.ts';
import { createWasmRunner } from './wasm-runner.ts';

/** Throws where no engine can be had, or not the device that was asked for. */
export async function chooseRunner(
  { threads, device = 'auto' }: Calls['start']['given'],
  onProgress: (fraction: number) => void,
): Promise<Runner> {
  refuseWithoutWasm();
  if (device === 'webgpu' || (device === 'auto' && (await hasGpu()))) {
    try {
      const { createWebGpuRunner } = await import('./webgpu-runner.ts');
      return await createWebGpuRunner(onProgress);
    } catch (error) {
      if (device === 'webgpu') throw error;
    }
  }
  return createWasmRunner(threads, onProgress);
}

/** An adapter in software is far slower than WebAssembly and does not count. */
async function hasGpu(): Promise<boolean> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return adapter != null && !adapter.info.isFallbackAdapter;
}
