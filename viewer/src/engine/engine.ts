/**
 * The engine as a page sees it. Making one starts a worker, and with it the download of the engine; nothing of
 * it is fetched before, and nothing after it is ready.
 */
import type { Fault } from '../../../shared/manifest/method-result.ts';
import type { CallName, Calls, EngineFacts, FromWorker, ToWorker } from './calls.ts';

export interface CallWatch {
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** A fault of the worker, with words for a reader. */
export class EngineFault extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.name = 'EngineFault';
    this.fault = fault;
  }
}

export interface Engine {
  readonly facts: EngineFacts;
  /** Rejects with EngineFault; its code is `cancelled` where the signal asked for it. */
  call<Name extends Exclude<CallName, 'start'>>(
    name: Name,
    given: Calls[Name]['given'],
    watch?: CallWatch,
  ): Promise<Calls[Name]['answer']>;
  /** Ends the worker and frees all it held. */
  close(): void;
}

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: EngineFault) => void;
  readonly onProgress: ((fraction: number) => void) | undefined;
}

/** Threads need shared memory, and that a cross-origin isolated page; one core is left to the page. */
const threadCount = (): number =>
  crossOriginIsolated ? Math.min(4, Math.max(1, navigator.hardwareConcurrency - 1)) : 1;

/** Rejects with EngineFault where the engine cannot be loaded; `onProgress` tells of its download. */
export async function startEngine(onProgress?: (fraction: number) => void): Promise<Engine> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'engine' });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    const { resolve, reject, onProgress: tell } = waiting.get(data.id)!;
    if (data.kind === 'progress') return tell?.(data.fraction);
    waiting.delete(data.id);
    if (data.kind === 'answer') resolve(data.answer as never);
    else reject(new EngineFault(data.fault));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    for (const { reject } of waiting.values()) reject(new EngineFault(brokenWorker));
    waiting.clear();
  };
  const call = <Name extends CallName>(
    name: Name,
    given: Calls[Name]['given'],
    { signal, onProgress: tell }: CallWatch = {},
  ): Promise<Calls[Name]['answer']> => {
    const id = ++lastId;
    const cancel = () => worker.postMessage({ id, call: 'cancel' } satisfies ToWorker);
    signal?.addEventListener('abort', cancel, { once: true });
    return new Promise<Calls[Name]['answer']>((resolve, reject) => {
      waiting.set(id, { resolve, reject, onProgress: tell });
      worker.postMessage({ id, call: name, given });
      if (signal?.aborted) cancel();
    }).finally(() => signal?.removeEventListener('abort', cancel));
  };
  const close = () => worker.terminate();
  const facts = await call('start', { threads: threadCount() }, { onProgress }).catch((error: unknown) => {
    close();
    throw error;
  });
  return { facts, call, close };
}

const brokenWorker: Fault = {
  code: 'engine-worker',
  message: 'engine: expected its script from this site, got none that runs',
  remedy: 'Check the connection, then reload the page. Everything else works without the engine.',
  permanent: false,
};
