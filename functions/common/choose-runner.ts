/**
 * Which device runs the graphs: the one asked for, or the best one present.
 *
 * `auto`: CUDA where it opens, WebGPU where it opens and beats the CPU on a small convolution (software adapters are
 * hundreds of times slower), the CPU else. A device counts as present when a graph ran on it, not by what the
 * library lists.
 */
import { existsSync, readdirSync } from 'node:fs';
import { PermanentFault } from '../../shared/errors.ts';
import { filled } from '../../shared/onnx/constant.ts';
import { GraphBuilder } from '../../shared/onnx/graph-builder.ts';
import { windowAttributes } from '../../shared/onnx/window.ts';
import { writeModel } from '../../shared/onnx/write-model.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { createOnnxRuntimeRunner, type OnnxRuntimeRunnerOptions } from './onnxruntime-runner.ts';

export const deviceNames = ['auto', 'cpu', 'cuda', 'webgpu'] as const;
export type DeviceName = (typeof deviceNames)[number];

type Options = Omit<OnnxRuntimeRunnerOptions, 'device'>;

/** Throws PermanentFault `device-absent`, naming the devices there are, where `device` is not one of them. */
export async function chooseRunner(device: DeviceName = 'auto', options: Options = {}): Promise<Runner> {
  const runnerOn = (name: 'cpu' | 'cuda' | 'webgpu'): Runner =>
    createOnnxRuntimeRunner({ ...options, device: name });
  if (device === 'auto') return (await fastestGpu(runnerOn)) ?? runnerOn('cpu');
  if (device === 'cpu' || (await milliseconds(runnerOn(device))) !== undefined) return runnerOn(device);
  const others = (['cuda', 'webgpu'] as const).filter((name) => name !== device);
  const found = await Promise.all(others.map((name) => milliseconds(runnerOn(name))));
  const present = ['cpu', ...others.filter((_, index) => found[index] !== undefined)];
  throw new PermanentFault(
    `--device: expected a device of this machine (${present.join(', ')}), got ${device}`,
    {
      code: 'device-absent',
      remedy:
        device === 'cuda'
          ? 'CUDA needs an NVIDIA GPU, its driver, and `npm rebuild onnxruntime-node`, which fetches the CUDA libraries.'
          : 'WebGPU needs a GPU with a Vulkan, Metal or Direct3D 12 driver.',
    },
  );
}

async function fastestGpu(
  runnerOn: (name: 'cpu' | 'cuda' | 'webgpu') => Runner,
): Promise<Runner | undefined> {
  if (!mayHaveGpu()) return undefined;
  if ((await milliseconds(runnerOn('cuda'))) !== undefined) return runnerOn('cuda');
  const gpu = await milliseconds(runnerOn('webgpu'));
  if (gpu === undefined) return undefined;
  const cpu = await milliseconds(runnerOn('cpu'));
  return cpu === undefined || gpu < cpu ? runnerOn('webgpu') : undefined;
}

/** Spares machines without one the search: on Linux a GPU shows as a device file. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux' || process.env.VK_ICD_FILENAMES) return true;
  if (existsSync('/dev/nvidiactl') || existsSync('/dev/dxg')) return true;
  return existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('render'));
}

const SIDE = 64;

/** The best of three runs of a convolution (0.15 GFLOP); undefined where the device cannot run it. */
async function milliseconds(runner: Runner): Promise<number | undefined> {
  const builder = new GraphBuilder();
  const shape = [1, 32, SIDE, SIDE];
  const window = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1] };
  const weight = builder.constant(filled(0.01, [64, 32, 3, 3]));
  const output = builder.op('Conv', [builder.input('x', shape), weight], windowAttributes(window));
  try {
    const session = await runner.load(writeModel(builder.build([output])));
    const feeds = { x: { shape, data: new Float32Array(32 * SIDE * SIDE).fill(0.5) } };
    const times: number[] = [];
    for (let run = 0; run < 4; run++) {
      const began = performance.now();
      await session.run(feeds);
      times.push(performance.now() - began);
    }
    await session.release();
    return Math.min(...times.slice(1));
  } catch {
    // Absent, without driver, or refused: all the same to whoever chooses.
    return undefined;
  }
}
