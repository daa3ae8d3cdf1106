import { describe, expect, it } from 'vitest';
import { type Constant, filled, floats, integers } from '../../../shared/onnx/constant.ts';
import { type Attributes, int, ints, type Model, type Node } from '../../../shared/onnx/graph.ts';
import { specialize } from '../../../shared/onnx/specialize.ts';

type Sketch = readonly [op: string, inputs: readonly string[], output: string, attributes?: Attributes];

function modelOf(nodes: readonly Sketch[], constants: Record<string, Constant> = {}, opset = 13): Model {
  return {
    opset,
    producer: 'test',
    input: { name: 'x', type: 'float32', shape: [undefined, 4, 6, 8] },
    output: { name: nodes.at(-1)![2], type: 'float32', shape: undefined },
    nodes: nodes.map(
      ([op, inputs, output, attributes = {}]): Node => ({
        op,
        domain: '',
        inputs,
        outputs: [output],
        attributes,
      }),
    ),
    constants: new Map(Object.entries(constants)),
  };
}

function opsOf(model: Model, batch = 2): { ops: string[]; shape: readonly number[] } {
  const { graph, output } = specialize(model, [batch, 4, 6, 8]);
  return { ops: graph.nodes.map(({ op }) => op), shape: graph.values.get(output)!.shape };
}

describe('specializing a model to fixed shapes', () => {
  it('folds a shape computed by Shape, Gather, Unsqueeze, Concat', () => {
    const model = modelOf(
      [
        ['Shape', ['x'], 'shape'],
        ['Gather', ['shape', 'zero'], 'batch', { axis: int(0) }],
        ['Unsqueeze', ['batch', 'axis'], 'batches'],
        ['Concat', ['batches', 'rest'], 'target', { axis: int(0) }],
        ['Reshape', ['x', 'target'], 'y'],
      ],
      { zero: integers([0], []), axis: integers([0]), rest: integers([-1]) },
    );
    expect(opsOf(model, 3)).toEqual({ ops: ['Reshape'], shape: [3, 192] });
  });

  it('folds arithmetic on shapes: Slice, Cast, Div, Floor, Mul, Range, ConstantOfShape', () => {
    const model = modelOf(
      [
        ['Shape', ['x'], 'shape'],
        ['Slice', ['shape', 'two', 'four'], 'sides'],
        ['Cast', ['sides'], 'real', { to: int(1) }],
        ['Div', ['real', 'divisor'], 'parts'],
        ['Floor', ['parts'], 'floors'],
        ['Cast', ['floors'], 'whole', { to: int(7) }],
        ['ConstantOfShape', ['whole'], 'ones', { value: { kind: 'tensor', value: filled(2, [1]) } }],
        ['ReduceSum', ['ones'], 'total', { keepdims: int(0) }],
        ['Mul', ['x', 'total'], 'y'],
      ],
      { two: integers([2]), four: integers([4]), divisor: floats([4], []) },
    );
    const { graph } = specialize(model, [1, 4, 6, 8]);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Mul']);
    expect([...graph.constants.get(graph.nodes[0]!.inputs[1]!)!.data]).toEqual([4]);
  });

  it('folds Size, and Range over it', () => {
    const model = modelOf(
      [
        ['Size', ['w'], 'count'],
        ['Range', ['zero', 'count', 'one'], 'places'],
        ['Cast', ['places'], 'real', { to: int(1) }],
        ['Add', ['x', 'real'], 'y'],
      ],
      { w: filled(1, [2, 4]), zero: integers([0], []), one: integers([1], []) },
    );
    const { graph } = specialize(model, [1, 4, 6, 8]);
    expect([...graph.constants.get(graph.nodes[0]!.inputs[1]!)!.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('drops what does nothing in inference, and half precision', () => {
    const model = modelOf([
      ['Cast', ['x'], 'half', { to: int(10) }],
      ['Identity', ['half'], 'a'],
      ['Dropout', ['a'], 'b'],
      ['Relu', ['b'], 'c'],
      ['Cast', ['c'], 'y', { to: int(1) }],
    ]);
    expect(opsOf(model)).toEqual({ ops: ['Relu'], shape: [2, 4, 6, 8] });
  });

  it('leaves out nodes that do not lead to the output', () => {
    const model = modelOf([
      ['Sigmoid', ['x'], 'unused'],
      ['Relu', ['x'], 'y'],
    ]);
    expect(opsOf(model).ops).toEqual(['Relu']);
  });

  it('keeps every name of the file findable', () => {
    const { aliases, graph } = specialize(
      modelOf([
        ['Identity', ['x'], 'same'],
        ['Relu', ['same'], 'y'],
      ]),
      [1, 4, 6, 8],
    );
    expect(aliases.get('same')).toBe('x');
    expect(graph.values.has(aliases.get('y')!)).toBe(true);
  });

  it('lists every node that does not fit, not only the first', () => {
    const model = modelOf(
      [
        ['Add', ['x', 'w'], 'a'],
        ['Relu', ['a'], 'b'],
        ['Tile', ['x', 'x'], 'c'],
        ['Mul', ['x', 'double'], 'd'],
        ['Cast', ['x'], 'e', { to: int(11) }],
        ['Add', ['b', 'c'], 'y'],
      ],
      { w: filled(1, [5]), double: filled(1, [], 'float64') },
    );
    expect(() => specialize(model, [2, 4, 6, 8])).toThrow(
      'got Add of shapes [2, 4, 6, 8] and [5]; Tile whose repeats are computed from the image; Mul of type float32 and float64 (expected float32); Cast to type float64 (expected float32)',
    );
  });

  it.each<[string, Model, string]>([
    [
      'dropout in training mode',
      modelOf([['Dropout', ['x', 'ratio', 'on'], 'y']], {
        ratio: floats([0.5], []),
        on: filled(1, [], 'bool'),
      }),
      'Dropout in training mode',
    ],
    [
      'a result larger than memory',
      modelOf([['Expand', ['x', 's'], 'y']], { s: integers([2 ** 24, 2, 4, 6, 8]) }),
      'Expand with a result of shape',
    ],
    [
      'indices beyond the extent',
      modelOf([['Gather', ['x', 'i'], 'y', { axis: int(1) }]], { i: integers([4]) }),
      'Gather beyond the extent 4 of axis 1',
    ],
    [
      'a window of the wrong rank',
      modelOf([['MaxPool', ['x'], 'y', { kernel_shape: ints([2]) }]]),
      'MaxPool of shapes',
    ],
    [
      'a value nothing computes',
      modelOf([['Add', ['x', 'lost'], 'y']]),
      'Add reads lost, which nothing computes',
    ],
    [
      'shapes that do not fit',
      modelOf([['Add', ['x', 'w'], 'y']], { w: filled(1, [5]) }),
      'Add of shapes [2, 4, 6, 8] and [5]',
    ],
    [
      'a reshape that does not fit',
      modelOf([['Reshape', ['x', 's'], 'y']], { s: integers([1, 100]) }),
      'Reshape of [2, 4, 6, 8] to [1, 100]',
    ],
    [
      'channels that do not fit',
      modelOf([['Conv', ['x', 'w'], 'y']], { w: filled(1, [3, 5, 1, 1]) }),
      'Conv of shapes',
    ],
    [
      'indices computed from the image',
      modelOf([
        ['ArgMax', ['x'], 'i', { axis: int(1) }],
        ['Gather', ['x', 'i'], 'y'],
      ]),
      'indices are computed from the image',
    ],
    [
      'a window wider than the image',
      modelOf([['MaxPool', ['x'], 'y', { kernel_shape: ints([9, 9]) }]]),
      'MaxPool of shapes',
    ],
  ])('refuses %s', (_name, model, reason) => {
    expect(() => specialize(model, [2, 4, 6, 8])).toThrow(reason);
  });
});
