/**
 * Whether the engine computes on its device at all: 1 + 1, before a GPU worker takes its first message. A worker
 * without a GPU would otherwise fail task after task until they are dead letters. It never falls back to the CPU: a
 * GPU instance that computes on four CPU cores costs more than the cpu lane and is slower.
 */
import { TransientFault } from '../../shared/errors.ts';
import { GraphBuilder } from '../../shared/onnx/graph-builder.ts';
import { writeModel } from '../../shared/onnx/write-model.ts';
import type { Runner } from '../../shared/runtime/runner.ts';

/** Throws the runner's own fault (`engine-gpu`), or TransientFault `engine-wrong` where the sum is another. */
export async function requireDevice(runner: Runner): Promise<void> {
  const builder = new GraphBuilder();
  const one = builder.input('one', [1]);
  const sum = builder.op('Add', [one, one]);
  const session = await runner.load(writeModel(builder.build([sum])));
  try {
    const answer = (await session.run({ one: { shape: [1], data: Float32Array.of(1) } }))[sum];
    if (answer?.data[0] === 2) return;
    throw new TransientFault(`${runner.device}: expected 1 + 1 = 2, got ${answer?.data[0]}`, {
      code: 'engine-wrong',
      remedy: 'Replace the instance: its device computes wrongly.',
    });
  } finally {
    await session.release();
  }
}
