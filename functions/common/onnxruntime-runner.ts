/**
 * The runner port on onnxruntime-node: CPU, or CUDA in a GPU worker.
 *
 * Graphs run sequentially on a fixed number of threads, so that the same bytes in give the same bytes out.
 * A graph that cannot be opened or fed is a permanent fault; a lack of memory or of the GPU
 * may pass and is transient.
 */
import './no-telemetry.ts';
import * as ort from 'onnxruntime-node';
import packageJson from 'onnxruntime-node/package.json' with { type: 'json' };
import { type CxaiError, PermanentFault, TransientFault } from '../../shared/errors.ts';
import { runSession } from '../../shared/runtime/run-session.ts';
import type { Runner, Session } from '../../shared/runtime/runner.ts';
import type { Tensor32 } from '../../shared/tensor/tensor.ts';

export interface OnnxRuntimeRunnerOptions {
  /** Threads inside one operator; 0 (the default) takes one per physical core. */
  readonly threads?: number;
  /** `cuda` needs the GPU build of the engine's library; operators it lacks run on the CPU. */
  readonly device?: 'cpu' | 'cuda';
}

/** A runner whose sessions live in this process; each session is freed by its own `release`. */
export function createOnnxRuntimeRunner(options: OnnxRuntimeRunnerOptions = {}): Runner {
  const { threads = 0, device = 'cpu' } = options;
  return {
    engine: `onnxruntime-node ${packageJson.version}`,
    device,
    load: (model) => load(model, { threads, device }),
  };
}

async function load(
  model: Uint8Array,
  { threads, device }: Required<OnnxRuntimeRunnerOptions>,
): Promise<Session> {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [device],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw asFault('load', cause);
  });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: (feeds, into) => runSession(session, tensorOf, feeds, (cause) => asFault('run', cause), into),
    release: () => session.release(),
  };
}

const tensorOf = ({ data, shape }: Tensor32): ort.Tensor => new ort.Tensor('float32', data, shape);

function asFault(where: 'load' | 'run', cause: unknown): CxaiError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const outOfMemory = /alloc|out of memory/i.test(reason);
  const withoutGpu = /cuda|cudnn|backend not found/i.test(reason);
  const Fault = outOfMemory || withoutGpu ? TransientFault : PermanentFault;
  return new Fault(`onnxruntime ${where}: expected a graph this engine can ${where}, got: ${reason}`, {
    code: outOfMemory ? 'engine-out-of-memory' : withoutGpu ? 'engine-gpu' : `engine-${where}`,
    remedy: outOfMemory
      ? 'Use a smaller batch or a machine with more memory.'
      : withoutGpu
        ? 'Run on a machine with an NVIDIA GPU and the CUDA build of the engine, or use the CPU.'
        : undefined,
    cause,
  });
}
