/**
 * A pool of worker processes that plays Lambda's fleet: an idle sandbox gets the next invocation, a dead one
 * is replaced, one that outlives its timeout is killed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HandlerName } from './worker-process.ts';

export interface Invocation {
  readonly id: number;
  readonly handler: HandlerName;
  readonly event: unknown;
}

export interface InvocationAnswer {
  readonly id: number;
  readonly response?: unknown;
  readonly error?: string;
}

export interface WorkerPoolOptions {
  readonly size: number;
  /** Invocations one process may hold at once; Lambda's is 1. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly preload: readonly HandlerName[];
  readonly onLog: (line: string) => void;
}

export interface WorkerPool {
  invoke(handler: HandlerName, event: unknown): Promise<unknown>;
  readonly processIds: () => number[];
  /** Resolves when every worker has loaded its handlers. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

interface Worker {
  readonly child: ChildProcess;
  readonly waiting: Map<number, Waiting>;
}

const entry = fileURLToPath(new URL('./worker-process.ts', import.meta.url));

export function startWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const workers = new Set<Worker>();
  const queue: ((worker: Worker) => void)[] = [];
  let closed = false;
  let nextId = 1;

  const idle = (): Worker | undefined =>
    [...workers].find((worker) => worker.waiting.size < options.concurrency && worker.child.connected);

  function dispatch(): void {
    for (let worker = idle(); worker && queue.length > 0; worker = idle()) queue.shift()!(worker);
  }

  function settle(worker: Worker, id: number): Waiting | undefined {
    const waiting = worker.waiting.get(id);
    worker.waiting.delete(id);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  function spawn(onReady: () => void): void {
    const child = fork(entry, {
      env: { ...process.env, ...options.environment, CXAI_PRELOAD: options.preload.join(',') },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    const worker: Worker = { child, waiting: new Map() };
    workers.add(worker);
    for (const stream of [child.stdout!, child.stderr!]) {
      stream
        .setEncoding('utf8')
        .on('data', (text: string) => text.trimEnd().split('\n').forEach(options.onLog));
    }
    child.on('message', (message: InvocationAnswer | { ready: true }) => {
      if ('ready' in message) return onReady();
      const waiting = settle(worker, message.id);
      if (message.error === undefined) waiting?.resolve(message.response);
      else waiting?.reject(new Error(message.error));
      dispatch();
    });
    child.once('exit', () => {
      workers.delete(worker);
      for (const id of [...worker.waiting.keys()]) settle(worker, id)?.reject(new Error('worker lost'));
      if (closed) return;
      spawn(() => undefined);
      dispatch();
    });
  }

  const ready = Promise.all(
    Array.from({ length: options.size }, () => new Promise<void>((resolve) => spawn(resolve))),
  ).then(() => undefined);

  return {
    ready,
    processIds: () => [...workers].flatMap(({ child }) => child.pid ?? []),
    invoke: (handler, event) =>
      new Promise((resolve, reject) => {
        queue.push((worker) => {
          const id = nextId++;
          const timer = setTimeout(() => worker.child.kill('SIGKILL'), options.timeoutSeconds * 1000);
          worker.waiting.set(id, { resolve, reject, timer });
          // A child that dies as it is written to ends this invocation in its `exit` event.
          worker.child.send({ id, handler, event } satisfies Invocation, () => undefined);
        });
        dispatch();
      }),
    async close() {
      closed = true;
      await Promise.all(
        [...workers].map(
          ({ child }) =>
            new Promise<void>((resolve) => {
              child.once('exit', () => resolve());
              if (child.connected) child.disconnect();
              else child.kill('SIGKILL');
            }),
        ),
      );
    },
  };
}
