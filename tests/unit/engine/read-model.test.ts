import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { PermanentFault } from '../../../shared/errors.ts';
import { floats } from '../../../shared/onnx/constant.ts';
import { type ModelProto, ModelProtoSchema } from '../../../shared/onnx/onnx_pb.js';
import { readModel } from '../../../shared/onnx/read-model.ts';
import { supportedOperators } from '../../../shared/onnx/supported-operators.ts';
import { smallCnn } from './test-models.ts';

interface Sketch {
  readonly nodes: readonly {
    readonly opType: string;
    readonly domain?: string;
    readonly body?: boolean;
    readonly ints?: Readonly<Record<string, number>>;
    readonly texts?: Readonly<Record<string, string>>;
    readonly outputs?: readonly string[];
    readonly inputs?: readonly string[];
  }[];
  readonly opset?: bigint;
  readonly inputs?: readonly {
    readonly name: string;
    readonly type?: number;
    readonly shape?: readonly bigint[];
  }[];
  readonly weights?: readonly {
    readonly name: string;
    readonly dataType: number;
    readonly dataLocation?: number;
  }[];
}

function modelBytes({ nodes, opset = 13n, inputs = [{ name: 'x' }], weights = [] }: Sketch): Uint8Array {
  const model: ModelProto = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      node: nodes.map(({ opType, domain = '', body, ints = {}, texts = {}, outputs, inputs }, index) => ({
        opType,
        domain,
        input: [...(inputs ?? [index === 0 ? 'x' : `v${index - 1}`])],
        output: [...(outputs ?? [`v${index}`])],
        attribute: [
          ...(body ? [{ name: 'body', type: 5, g: { name: 'inner' } }] : []),
          ...Object.entries(ints).map(([name, value]) => ({ name, type: 2, i: BigInt(value) })),
          ...Object.entries(texts).map(([name, value]) => ({
            name,
            type: 3,
            s: new TextEncoder().encode(value),
          })),
        ],
      })),
      initializer: weights.map(({ name, dataType, dataLocation = 0 }) => ({
        name,
        dataType,
        dims: [1n],
        rawData: new Uint8Array(4),
        dataLocation,
      })),
      input: inputs.map(({ name, type = 1, shape = [1n, 3n, 8n, 8n] }) => ({
        name,
        type: {
          tensorType: {
            elemType: type,
            shape: { dim: shape.map((value) => ({ value: { case: 'dimValue' as const, value } })) },
          },
        },
      })),
      output: [{ name: `v${nodes.length - 1}`, type: { tensorType: { elemType: 1 } } }],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function offendersOf(bytes: Uint8Array): readonly string[] {
  try {
    readModel(bytes, supportedOperators);
  } catch (error) {
    expect(error).toBeInstanceOf(PermanentFault);
    return (error as PermanentFault).details.offenders as string[];
  }
  return [];
}

describe('reading a model', () => {
  it('gives its one image input, its nodes and its weights', () => {
    const model = readModel(smallCnn(), supportedOperators);
    expect(model.input).toEqual({ name: 'image', type: 'float32', shape: [1, 2, 12, 10] });
    expect(model.nodes.map(({ op }) => op)).toEqual([
      'Conv',
      'Relu',
      'MaxPool',
      'Conv',
      'Relu',
      'GlobalAveragePool',
      'Reshape',
      'Gemm',
    ]);
    expect(model.constants.get(model.nodes[0]!.inputs[1]!)!.shape).toEqual([8, 2, 3, 3]);
  });

  it('lists every offender at once', () => {
    const offenders = offendersOf(
      modelBytes({
        opset: 30n,
        nodes: [
          { opType: 'NonMaxSuppression' },
          { opType: 'Frobnicate' },
          { opType: 'Frobnicate' },
          { opType: 'FusedConv', domain: 'com.microsoft' },
          { opType: 'Loop', body: true },
        ],
        inputs: [{ name: 'x' }, { name: 'y' }],
        weights: [
          { name: 'w', dataType: 1, dataLocation: 1 },
          { name: 'c', dataType: 14 },
        ],
      }),
    );
    expect(offenders).toEqual([
      'operator set 30 (expected 7 to 23)',
      'weight w: its data is kept in another file',
      'weight c: element type 14',
      'operator NonMaxSuppression',
      'operator Frobnicate (2 times)',
      'operator com.microsoft.FusedConv',
      'control flow Loop',
      '2 inputs: x, y (expected one image)',
    ]);
  });

  it('lists every attribute that is not understood, and outputs that are not computed', () => {
    const offenders = offendersOf(
      modelBytes({
        nodes: [
          { opType: 'Relu', ints: { frobnicate: 1 } },
          { opType: 'BatchNormalization', ints: { training_mode: 1 } },
          { opType: 'Resize', ints: { antialias: 1 }, texts: { mode: 'lanczos' } },
          { opType: 'LRN' },
          { opType: 'Conv', ints: { strides: 2 }, texts: { auto_pad: 'SAME' } },
          { opType: 'Dropout', outputs: ['v5', 'mask'] },
          { opType: 'Add', inputs: ['v5', 'mask'] },
        ],
      }),
    );
    expect(offenders).toEqual([
      'Relu, attribute frobnicate: not known',
      'BatchNormalization with training mode',
      'Resize with antialias',
      'Resize with an unknown mode',
      'LRN, attribute size: missing',
      'Conv with an unknown auto_pad',
      'operator Dropout with a second output that is read',
    ]);
  });

  it('says for every kind of offender what to do', () => {
    try {
      readModel(
        modelBytes({
          opset: 6n,
          nodes: [{ opType: 'Loop', body: true }, { opType: 'Frobnicate' }],
          inputs: [{ name: 'x', type: 11 }],
          weights: [{ name: 'w', dataType: 1, dataLocation: 1 }],
        }),
        supportedOperators,
      );
      expect.unreachable();
    } catch (error) {
      const { remedy } = error as PermanentFault;
      for (const advice of [
        'beside the model',
        'operator set 13 to 21',
        'traced',
        'own operators',
        'float32',
      ]) {
        expect(remedy).toContain(advice);
      }
    }
  });

  it.each([
    [['Transpose', 'Cast', 'Div'], []],
    [['Div', 'Cast'], ['Div of whole-number pixels (uint8)']],
  ])('takes uint8 images where %j only move them before the cast', (ops, expected) => {
    const nodes = ops.map((opType) => ({ opType, ...(opType === 'Cast' && { ints: { to: 1 } }) }));
    expect(offendersOf(modelBytes({ nodes, inputs: [{ name: 'x', type: 2 }] }))).toEqual(expected);
  });

  it.each([
    [
      'a Git LFS pointer',
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'),
      'Git LFS pointer',
    ],
    ['an empty file', new Uint8Array(0), 'an empty file'],
    ['a file cut short', smallCnn().slice(0, 700), 'only the first part'],
    ['another kind of file', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), 'not ONNX'],
    [
      'double precision',
      modelBytes({ nodes: [{ opType: 'Relu' }], inputs: [{ name: 'x', type: 11 }] }),
      'input x of type float64',
    ],
    [
      'an input that is no image',
      modelBytes({ nodes: [{ opType: 'Relu' }], inputs: [{ name: 'x', shape: [1n, 100n] }] }),
      'rank 2',
    ],
    ['an old operator set', modelBytes({ nodes: [{ opType: 'Relu' }], opset: 6n }), 'operator set 6'],
  ])('refuses %s with the reason', (_name, bytes, reason) => {
    expect(offendersOf(bytes).join('; ')).toContain(reason);
  });

  it('widens float16 weights and reads every way of storing numbers', () => {
    const half = create(ModelProtoSchema, {
      opsetImport: [{ domain: '', version: 13n }],
      graph: {
        node: [{ opType: 'Add', input: ['x', 'h'], output: ['y'] }],
        initializer: [
          {
            name: 'h',
            dataType: 10,
            dims: [4n],
            rawData: new Uint8Array(Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7bff).buffer),
          },
          { name: 'f', dataType: 1, dims: [2n], floatData: [1.5, 2.5] },
          { name: 'i', dataType: 7, dims: [2n], int64Data: [-1n, 5n] },
        ],
        input: [
          {
            name: 'x',
            type: {
              tensorType: {
                elemType: 10,
                shape: {
                  dim: [1n, 1n, 2n, 4n].map((value) => ({ value: { case: 'dimValue' as const, value } })),
                },
              },
            },
          },
        ],
        output: [{ name: 'y', type: { tensorType: { elemType: 10 } } }],
      },
    });
    const { constants } = readModel(toBinary(ModelProtoSchema, half), supportedOperators);
    expect(constants.get('h')).toEqual(floats([1, -2.5, 2 ** -24, 65504]));
    expect([...constants.get('f')!.data]).toEqual([1.5, 2.5]);
    expect([...constants.get('i')!.data]).toEqual([-1, 5]);
  });
});
