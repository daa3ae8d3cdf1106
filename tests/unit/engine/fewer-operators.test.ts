import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { concatLast } from '../../../shared/autodiff/concat-last.ts';
import { foldScales } from '../../../shared/autodiff/fold-scales.ts';
import { gradientGraph } from '../../../shared/autodiff/gradient-graph.ts';
import { floats } from '../../../shared/onnx/constant.ts';
import { float, type Graph, int } from '../../../shared/onnx/graph.ts';
import { writeModel } from '../../../shared/onnx/write-model.ts';
import type { Tensor32 } from '../../../shared/tensor/tensor.ts';
import { type ModelSketch, sketchModel } from './test-models.ts';
import { uniform } from './uniform.ts';

const runner = createOnnxRuntimeRunner({ threads: 1 });

function normalized(sketch: ModelSketch, value: string, next: () => number): string {
  const channels = sketch.builder.shape(value)[1]!;
  const drawn = (draw: () => number, shape = [channels]): string =>
    sketch.builder.constant(floats(Float32Array.from({ length: channels }, draw), shape));
  const statistics = [drawn(() => 1 + 0.3 * next()), drawn(next), drawn(next), drawn(() => 1.5 + next())];
  const normal = sketch.builder.op('BatchNormalization', [value, ...statistics], { epsilon: float(1e-3) });
  const scaled = sketch.builder.op('Mul', [normal, drawn(next, [channels, 1, 1])]);
  return sketch.builder.op('Add', [drawn(next, [1, channels, 1, 1]), scaled]);
}

/** Three layers of a DenseNet: concat → normalize → relu → 1×1 → normalize → relu → 3×3, and scores. */
function denseBlock(size: number): { readonly graph: Graph; readonly scores: string } {
  const sketch = sketchModel([3, size, size]);
  const { builder } = sketch;
  const next = uniform(11);
  let features = sketch.conv(sketch.image, 16, 3, { bias: false });
  for (let layer = 0; layer < 3; layer++) {
    const narrow = sketch.conv(builder.op('Relu', [normalized(sketch, features, next)]), 32, 1, {
      bias: layer > 0,
    });
    const added = sketch.conv(builder.op('Relu', [normalized(sketch, narrow, next)]), 16, 3);
    features = builder.op('Concat', [features, added], { axis: int(1) });
  }
  const last = builder.op('Relu', [normalized(sketch, features, next)]);
  const scores = sketch.dense(
    builder.op('Reshape', [builder.op('GlobalAveragePool', [last]), builder.vector([1, 64])]),
    3,
  );
  return { graph: builder.build([scores]), scores };
}

async function run(
  graph: Graph,
  scores: string,
  layout: 'blocked' | 'plain',
): Promise<Record<string, Tensor32>> {
  const {
    graph: built,
    gradients: [gradient],
  } = gradientGraph({ graph, scores, classCount: 3 }, 'image', { layout });
  const session = await runner.load(writeModel(built));
  const next = uniform(5);
  const shape = graph.values.get('image')!.shape;
  const data = Float32Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, next);
  const results = await session.run({
    image: { shape, data },
    seed: { shape: [1, 3], data: Float32Array.of(0, 1, 0) },
  });
  await session.release();
  return { scores: results[scores]!, gradient: results[gradient]! };
}

function expectAlike(actual: Tensor32, expected: Tensor32): void {
  expect(actual.shape).toEqual(expected.shape);
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let worst = 0;
  actual.data.forEach((value, at) => {
    worst = Math.max(worst, Math.abs(value - expected.data[at]!));
  });
  expect(worst).toBeLessThan(1e-5 * largest);
}

const count = (graph: Graph, op: string): number => graph.nodes.filter((node) => node.op === op).length;

describe('folding scales and shifts', () => {
  const { graph, scores } = denseBlock(12);
  const folded = foldScales(graph);

  it('leaves one normalization where a convolution cannot take it, and none elsewhere', () => {
    expect([count(graph, 'BatchNormalization'), count(graph, 'Mul'), count(graph, 'Add')]).toEqual([7, 7, 7]);
    // The stem is read twice, so its own normalization stays, as do those of the three joined values.
    expect(count(folded, 'BatchNormalization')).toBe(4);
    expect([count(folded, 'Mul'), count(folded, 'Add')]).toEqual([0, 0]);
  });

  it('changes neither scores nor gradients', async () => {
    const [before, after] = [await run(graph, scores, 'plain'), await run(folded, scores, 'plain')];
    expectAlike(after.scores!, before.scores!);
    expectAlike(after.gradient!, before.gradient!);
  });

  it('keeps a value that is asked for', () => {
    const kept = graph.nodes.find(({ op }) => op === 'Conv')!.outputs[0]!;
    const inner = graph.nodes.filter(({ op }) => op === 'Conv')[2]!.outputs[0]!;
    const names = foldScales(graph, [kept, inner]).nodes.flatMap(({ outputs }) => outputs);
    expect(names).toEqual(expect.arrayContaining([kept, inner]));
  });
});

describe('joining feature maps as late as possible', () => {
  const { graph, scores } = denseBlock(80);
  const folded = foldScales(graph);

  it('cuts the gradient at no convolution, and joins joined values once', () => {
    const cuts = (joined: Graph): number =>
      count(gradientGraph({ graph: joined, scores, classCount: 3 }, 'image').graph, 'Slice');
    expect(cuts(folded)).toBeGreaterThan(4);
    // What is left is the cut of the global average's gradient into its four pieces.
    expect(cuts(concatLast(folded))).toBe(4);
  });

  it('changes neither scores nor gradients', async () => {
    const [before, after] = [await run(graph, scores, 'plain'), await run(folded, scores, 'blocked')];
    expectAlike(after.scores!, before.scores!);
    expectAlike(after.gradient!, before.gradient!);
  });

  it('leaves small feature maps as they are', () => {
    const small = denseBlock(12).graph;
    expect(count(concatLast(small), 'Relu')).toBe(count(small, 'Relu'));
  });
});
