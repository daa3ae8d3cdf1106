/**
 * Sessions of onnxruntime-web, whichever of its builds runs them. A run may block its thread, so this lives in a
 * worker; between runs it lets messages in every now and then, or nobody could cancel.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-web';
import { PermanentFault, TransientFault } from '../../../shared/errors.ts';
import { runSession } from '../../../shared/runtime/run-session.ts';
import type { Runner, Session } from '../../../shared/runtime/runner.ts';
import type { Tensor32 } from '../../../shared/tensor/tensor.ts';
import { unreachable } from './wasm-file.ts';

/** What a build exports; each has classes of its own. */
interface Build {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: TensorConstructor;
}

const turnMilliseconds = 30;
let turnBegan = 0;

/** `load` of a runner on this build and execution provider. */
export function sessionLoader(build: Build, provider: 'wasm' | 'webgpu'): Runner['load'] {
  const tensorOf = ({ data, shape }: Tensor32): Tensor => new build.Tensor('float32', data, shape);
  return async (model): Promise<Session> => {
    const session = await build.InferenceSession.create(model, {
      executionProviders: [provider],
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
  };
}

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
