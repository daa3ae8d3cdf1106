/** The same network in every IR version, and whole in float16: scores and gradients stay, and the native engine agrees. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import {
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from '../../../shared/onnx/onnx_pb.js';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { smallCnn } from './test-models.ts';
import { uniform } from './uniform.ts';

const FLOAT = 1;
const FLOAT16 = 10;
const runner = createOnnxRuntimeRunner({ threads: 1 });
const image = { shape: [1, 2, 12, 10], data: Float32Array.from({ length: 240 }, uniform(3)) };

function changed(change: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, smallCnn());
  change(model);
  return toBinary(ModelProtoSchema, model);
}

async function answerOf(bytes: Uint8Array) {
  const classifier = await compileClassifier(bytes, runner);
  const { scores, gradient } = await classifier.gradient(image, [1]);
  await classifier.release();
  return { scores: scores.data, gradient: gradient.data };
}

/** The native engine on the file as it is. */
async function nativeScores(bytes: Uint8Array, input: ort.Tensor): Promise<number[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const found = await session.run({ [session.inputNames[0]!]: input });
  await session.release();
  return [...(found[session.outputNames[0]!]!.data as Float32Array)];
}

/** A Cast at either end: the engine's binding takes no arrays of Node's Float16Array. */
function withFloat32Ends(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  const cast = (input: string, output: string, to: number) =>
    create(NodeProtoSchema, {
      opType: 'Cast',
      input: [input],
      output: [output],
      attribute: [{ name: 'to', type: 2, i: BigInt(to) }],
    });
  const [input, output] = [graph.input[0]!, graph.output[0]!];
  graph.node.unshift(cast('image32', input.name, FLOAT16));
  graph.node.push(cast(output.name, 'scores32', FLOAT));
  input.name = 'image32';
  output.name = 'scores32';
  for (const { type } of [input, output]) type!.tensorType!.elemType = FLOAT;
  return toBinary(ModelProtoSchema, model);
}

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

test.each(Array.from({ length: 10 }, (_, i) => i + 1))('IR version %i', async (version) => {
  const bytes = changed((model) => {
    model.irVersion = BigInt(version);
    if (version >= 4) return;
    // Up to version 3 every initializer was an input as well.
    for (const { name, dims, dataType } of model.graph!.initializer) {
      const dim = dims.map((value) => ({ value: { case: 'dimValue' as const, value } }));
      const type = { tensorType: { elemType: dataType, shape: { dim } } };
      model.graph!.input.push(create(ValueInfoProtoSchema, { name, type }));
    }
  });
  const answer = await answerOf(bytes);
  expect(answer).toEqual(await answerOf(smallCnn()));
  const input = new ort.Tensor('float32', image.data, image.shape);
  expect(largestGap(answer.scores, await nativeScores(bytes, input))).toBeLessThan(1e-6);
});

test('a model whole in float16 is computed in float32 with the weights it has', async () => {
  const toHalf = (values: Float32Array): Uint8Array => new Uint8Array(new Float16Array(values).buffer);
  const floatsOf = ({ rawData }: { readonly rawData: Uint8Array }): Float32Array =>
    new Float32Array(rawData.slice().buffer);
  const half = changed(({ graph }) => {
    for (const tensor of graph!.initializer) {
      if (tensor.dataType === FLOAT)
        Object.assign(tensor, { dataType: FLOAT16, rawData: toHalf(floatsOf(tensor)) });
    }
    for (const { type } of [...graph!.input, ...graph!.output, ...graph!.valueInfo])
      type!.tensorType!.elemType = FLOAT16;
  });
  const rounded = changed(({ graph }) => {
    for (const tensor of graph!.initializer) {
      if (tensor.dataType !== FLOAT) continue;
      const values = new Float32Array(new Float16Array(floatsOf(tensor)));
      tensor.rawData = new Uint8Array(values.buffer);
    }
  });
  const answer = await answerOf(half);
  expect(answer).toEqual(await answerOf(rounded));
  const native = await nativeScores(
    withFloat32Ends(half),
    new ort.Tensor('float32', image.data, image.shape),
  );
  // The native engine rounds after every operator: eleven bits.
  expect(largestGap(answer.scores, native)).toBeLessThan(5e-3);
});
