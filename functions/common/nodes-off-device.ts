/**
 * Which operators of a model's gradient the engine runs on the CPU though a GPU was asked for: read from the engine's own
 * profile of one gradient, since only the engine knows which of its kernels it took.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompileOptions, compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import { createOnnxRuntimeRunner } from './onnxruntime-runner.ts';

interface ProfiledEvent {
  readonly cat?: string;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

/** `MaxUnpool ×3`; [] where everything ran on the device. */
export async function nodesOffDevice(
  model: Uint8Array,
  device: 'cuda' | 'webgpu',
  options: CompileOptions,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cxai-profile-'));
  try {
    const runner = createOnnxRuntimeRunner({ device, profilePrefix: join(folder, 'run') });
    const classifier = await compileClassifier(model, runner, options);
    const shape = [1, ...classifier.inputShape];
    const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(0.5);
    await classifier.gradient({ shape, data }, [0]);
    await classifier.release();
    const files = await readdir(folder);
    const events = await Promise.all(
      files.map(async (file) => eventsIn(await readFile(join(folder, file), 'utf8'))),
    );
    return operatorsOnCpu(events.flat());
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Operators by how many of their nodes ran on the CPU. */
export function operatorsOnCpu(events: readonly ProfiledEvent[]): string[] {
  const counts = new Map<string, number>();
  for (const { cat, args } of events) {
    if (cat !== 'Node' || args?.provider !== 'CPUExecutionProvider') continue;
    const op = args.op_name ?? 'unknown';
    counts.set(op, (counts.get(op) ?? 0) + 1);
  }
  return [...counts].map(([op, count]) => (count > 1 ? `${op} ×${count}` : op)).sort();
}

const eventsIn = (text: string): ProfiledEvent[] => JSON.parse(text) as ProfiledEvent[];
