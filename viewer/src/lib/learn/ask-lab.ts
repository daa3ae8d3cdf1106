/**
 * The laboratory as a figure sees it. The worker, and with it the download of the engine, starts with the first
 * frame that is asked for; all figures of a page share it.
 */
import type { Fault } from '../../../../shared/manifest/method-result.ts';
import type { FigureName } from './figures/figures.ts';
import type { Frame } from './frame.ts';
import type { FromLab, ToLab } from './learn-calls.ts';

export type FrameAnswer =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'fault'; readonly fault: Fault };

export interface FrameWatch {
  readonly signal: AbortSignal;
  /** Share of the engine that has arrived; told to all figures that wait. */
  readonly onLoading: (fraction: number) => void;
  readonly onProgress: (fraction: number) => void;
}

interface Waiting extends FrameWatch {
  readonly resolve: (answer: FrameAnswer) => void;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | null = null;
let lastId = 0;

function startWorker(): Worker {
  const started = new Worker(new URL('./learn-worker.ts', import.meta.url), {
    type: 'module',
    name: 'figures',
  });
  started.onmessage = ({ data }: MessageEvent<FromLab>) => {
    if (data.kind === 'loading') {
      for (const { onLoading } of waiting.values()) onLoading(data.fraction);
    } else if (data.kind === 'ready') {
      for (const { onLoading } of waiting.values()) onLoading(1);
    } else if (data.kind === 'progress') {
      waiting.get(data.id)?.onProgress(data.fraction);
    } else {
      waiting.get(data.id)?.resolve(data);
      waiting.delete(data.id);
    }
  };
  started.onerror = (event) => {
    event.preventDefault();
    for (const { resolve } of waiting.values()) resolve({ kind: 'fault', fault: brokenWorker });
    waiting.clear();
    worker = null;
  };
  return started;
}

/** The frame of `figure` with its slider at `value`. Never rejects. */
export function askLab(figure: FigureName, value: number, watch: FrameWatch): Promise<FrameAnswer> {
  worker ??= startWorker();
  const id = ++lastId;
  const send = (message: ToLab) => worker?.postMessage(message);
  watch.signal.addEventListener('abort', () => send({ id, call: 'cancel' }), { once: true });
  return new Promise((resolve) => {
    waiting.set(id, { ...watch, resolve });
    send({ id, call: 'frame', figure, value });
  });
}

const brokenWorker: Fault = {
  code: 'engine-worker',
  message: 'engine: expected its script from this site, got none that runs',
  remedy: 'Check the connection, then try again.',
  permanent: false,
};
