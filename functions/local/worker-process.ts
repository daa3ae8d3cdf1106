/**
 * One local Lambda sandbox: loads a handler by name and answers one invocation at a time over IPC.
 * Killing this process is what a crashed function looks like to the poller.
 */
import { enableCompileCache } from 'node:module';
import type { Invocation, InvocationAnswer } from './worker-pool.ts';

enableCompileCache();

/** Loaded when first invoked, or before that where CXAI_PRELOAD names them. */
const handlers = {
  ingest: () => import('../ingest/handler.ts'),
  explain: () => import('../explain/handler.ts'),
  finish: () => import('../finish/handler.ts'),
  catalog: () => import('../catalog/handler.ts'),
  sweep: () => import('../sweep/handler.ts'),
} as const;

export type HandlerName = keyof typeof handlers;

async function answer({ id, handler, event }: Invocation): Promise<InvocationAnswer> {
  try {
    const { handler: run } = await handlers[handler]();
    return { id, response: await (run as (event: unknown) => Promise<unknown>)(event) };
  } catch (error) {
    return { id, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

process.on('message', (invocation: Invocation) => {
  void answer(invocation).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));
const preload = process.env.CXAI_PRELOAD?.split(',') as HandlerName[] | undefined;
await Promise.all((preload ?? []).map((name) => handlers[name]()));
process.send?.({ ready: true });
