/**
 * The runner port on onnxruntime-node: CPU, CUDA or WebGPU.
 *
 * Graphs run sequentially on a fixed number of threads, so that the same bytes in give the same bytes out. The
 * engine's memory pattern is off: it would lay out a second arena on the second run, beside that of the first,
 * which costs a third more memory and the page faults of the first run once again.
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
  /** `cuda` needs the GPU build of the engine's library; operators that a GPU lacks run on the CPU. */
  readonly device?: 'cpu' | 'cuda' | 'webgpu';
  /** Each session writes the engine's profile to a file whose name begins so, when it is released. */
  readonly profilePrefix?: string;
}

/** A runner whose sessions live in this process; each session is freed by its own `release`. */
export function createOnnxRuntimeRunner(options: OnnxRuntimeRunnerOptions = {}): Runner {
  const { threads = 0, device = 'cpu', profilePrefix } = options;
  return {
    engine: `onnxruntime-node ${packageJson.version}`,
    device,
    load: (model) => load(model, { threads, device, ...(profilePrefix && { profilePrefix }) }),
  };
}

async function load(
  model: Uint8Array,
  { threads = 0, device = 'cpu', profilePrefix }: OnnxRuntimeRunnerOptions,
): Promise<Session> {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [device],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableMemPattern: false,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(profilePrefix && { enableProfiling: true, profileFilePrefix: profilePrefix }),
  }).catch((cause: unknown) => {
    throw asFault('load', cause);
  });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: (feeds, into) => runSession(session, tensorOf, feeds, (cause) => asFault('run', cause), into),
    async release() {
      if (profilePrefix) session.endProfiling();
      await session.release();
    },
  };
}

const tensorOf = ({ data, shape }: Tensor32): ort.Tensor => new ort.Tensor('float32', data, shape);

function asFault(where: 'load' | 'run', cause: unknown): CxaiError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const outOfMemory = /alloc|out of memory/i.test(reason);
  const withoutGpu = /cuda|cudnn|webgpu|adapter|backend not found/i.test(reason);
  const Fault = outOfMemory || withoutGpu ? TransientFault : PermanentFault;
  return new Fault(`onnxruntime ${where}: expected a graph this engine can ${where}, got: ${reason}`, {
    code: outOfMemory ? 'engine-out-of-memory' : withoutGpu ? 'engine-gpu' : `engine-${where}`,
    remedy: outOfMemory
      ? 'Use a smaller batch or a machine with more memory.'
      : withoutGpu
        ? 'Run on a machine with such a GPU and its driver (CUDA: the CUDA build of the engine), or use the CPU.'
        : undefined,
    cause,
  });
}
