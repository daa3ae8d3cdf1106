import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { externalFiles, inlineExternalData } from '../../../shared/onnx/external-data.ts';
import { ModelProtoSchema, StringStringEntryProtoSchema } from '../../../shared/onnx/onnx_pb.js';
import { compileClassifier } from '../../../shared/runtime/compile-classifier.ts';
import { smallCnn } from './test-models.ts';

/** The weights of a model moved to `weights.bin`, as exporters do; offsets are multiples of 64. */
function split(model: Uint8Array): { readonly model: Uint8Array; readonly weights: Uint8Array } {
  const proto = fromBinary(ModelProtoSchema, model);
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of proto.graph!.initializer) {
    const length = tensor.rawData.length;
    const entries = { location: 'weights.bin', offset: `${offset}`, length: `${length}` };
    parts.push(tensor.rawData, new Uint8Array(-length & 63));
    offset += length + (-length & 63);
    tensor.rawData = new Uint8Array(0);
    tensor.dataLocation = 1;
    tensor.externalData = Object.entries(entries).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    );
  }
  const weights = new Uint8Array(offset);
  let at = 0;
  for (const part of parts) {
    weights.set(part, at);
    at += part.length;
  }
  return { model: toBinary(ModelProtoSchema, proto), weights };
}

describe('weights kept beside the model', () => {
  const whole = smallCnn();
  const { model, weights } = split(whole);

  it('names the files', () => {
    expect(externalFiles(model)).toEqual(['weights.bin']);
    expect(externalFiles(whole)).toEqual([]);
  });

  it('gives the scores of the model in one file', async () => {
    const batch = {
      shape: [1, 2, 12, 10],
      data: Float32Array.from({ length: 240 }, (_, at) => Math.sin(at)),
    };
    const [one, two] = await Promise.all(
      [whole, inlineExternalData(model, new Map([['weights.bin', weights]]))].map(async (bytes) => {
        const classifier = await compileClassifier(bytes, createOnnxRuntimeRunner({ threads: 1 }));
        const { data } = await classifier.scores(batch);
        await classifier.release();
        return data;
      }),
    );
    expect(two).toEqual(one);
  });

  it('leaves a model in one file as it is', () => {
    expect(inlineExternalData(whole, new Map())).toBe(whole);
  });

  it('refuses absent and shortened files by name, once', () => {
    expect(() => inlineExternalData(model, new Map())).toThrow(
      'got weights in weights.bin, which is not beside the model',
    );
    const short = new Map([['weights.bin', weights.slice(0, 100)]]);
    expect(() => inlineExternalData(model, short)).toThrow('a file of 100 bytes that ends too early');
  });

  it('is refused with the name of the file where nobody joined it', async () => {
    await expect(compileClassifier(model, createOnnxRuntimeRunner())).rejects.toThrow(
      'its data is kept in weights.bin',
    );
  });
});
