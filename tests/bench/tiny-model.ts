/** A model of next to no compute, so that what is measured is the pipeline: reshape 8×8, one matrix product. */
import type { LocalModel } from '../../functions/local/register-models.ts';
import { modelCardSchema } from '../../shared/manifest/model-card.ts';
import { floats } from '../../shared/onnx/constant.ts';
import { GraphBuilder } from '../../shared/onnx/graph-builder.ts';
import { writeModel } from '../../shared/onnx/write-model.ts';
import { digestOf } from '../../shared/pipeline/digest.ts';

export function tinyModel(): LocalModel {
  const builder = new GraphBuilder();
  const image = builder.input('image', [1, 1, 8, 8]);
  const weights = Float32Array.from({ length: 128 }, (_, index) => Math.sin(index));
  const flat = builder.op('Reshape', [image, builder.vector([1, 64])]);
  const scores = builder.op('MatMul', [flat, builder.constant(floats(weights, [64, 2]), 'weight')]);
  const bytes = writeModel(builder.build([scores]));
  const card = modelCardSchema.parse({
    schema: 'cxai.model-card/1',
    id: 'tiny',
    name: 'Tiny',
    version: '1',
    digest: digestOf(bytes),
    file: 'model.onnx',
    input: {
      layout: 'NCHW',
      channels: 1,
      height: 8,
      width: 8,
      range: [0, 1],
      mean: [0],
      std: [1],
      resize: 'stretch',
    },
    output: { activation: 'logits', classes: ['a', 'b'] },
    license: 'Apache-2.0',
    intendedUse: 'benchmark',
  });
  return { card, bytes };
}
