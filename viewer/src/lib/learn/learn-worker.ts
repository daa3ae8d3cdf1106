/** The worker of the figures: loads engine and model once, then makes one frame after the other. */
import '../../engine/without-eval.ts';
import { modelCardSchema } from '../../../../shared/manifest/model-card.ts';
import card from '../../../../shared/models/phantom/card.json';
import modelUrl from '../../../../shared/models/phantom/model.onnx?url';
import { faultReport } from '../../../../shared/pipeline/fault-report.ts';
import { unreachable } from '../../engine/wasm-file.ts';
import { createWasmRunner } from '../../engine/wasm-runner.ts';
import { figures } from './figures/figures.ts';
import { Lab, openModel, pixels, side } from './lab.ts';
import type { FromLab, ToLab } from './learn-calls.ts';

const tell = (message: FromLab) => postMessage(message);
const running = new Map<number, AbortController>();
let lab: Promise<Lab> | undefined;
let last: Promise<void> = Promise.resolve();

async function openLab(onProgress: (fraction: number) => void): Promise<Lab> {
  const [runner, bytes] = await Promise.all([createWasmRunner(1, onProgress), fetchModel()]);
  const model = await openModel(bytes, runner);
  // The first run of all starts the engine.
  await model.scores({ shape: [1, 1, side, side], data: new Float32Array(pixels) });
  return new Lab(model, bytes, modelCardSchema.parse(card), runner);
}

async function fetchModel(): Promise<Uint8Array> {
  const response = await fetch(new URL(modelUrl, import.meta.url)).catch(() => null);
  if (!response?.ok) throw unreachable(response?.status ?? 'no answer');
  return new Uint8Array(await response.arrayBuffer());
}

/** One frame, or the fault in words. A frame no longer wanted when its turn comes is not begun. */
async function make({ id, figure, value }: Extract<ToLab, { call: 'frame' }>, signal: AbortSignal) {
  try {
    lab ??= openLab((fraction) => tell({ kind: 'loading', fraction }));
    const opened = await lab.catch((error: unknown) => {
      lab = undefined;
      throw error;
    });
    signal.throwIfAborted();
    tell({ kind: 'ready' });
    opened.watch = { signal, onProgress: (fraction) => tell({ id, kind: 'progress', fraction }) };
    tell({ id, kind: 'frame', frame: await figures[figure](opened, value) });
  } catch (error) {
    if (signal.aborted) tell({ id, kind: 'cancelled' });
    else tell({ id, kind: 'fault', fault: faultReport(error) });
  }
}

addEventListener('message', ({ data }: MessageEvent<ToLab>) => {
  if (data.call === 'cancel') return running.get(data.id)?.abort();
  const control = new AbortController();
  running.set(data.id, control);
  last = last.then(() => make(data, control.signal)).finally(() => running.delete(data.id));
});
