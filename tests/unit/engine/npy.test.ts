import { describe, expect, it } from 'vitest';
import { readNpy, readNpyTensor, writeNpy } from '../../../shared/tensor/npy.ts';

function npy(header: string, data: Uint8Array, major = 1): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  const length =
    major === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), major, 0, ...length, ...text, ...data]);
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('.npy files', () => {
  it.each([
    ['float32', new Float32Array([1.5, -2, 3, 4, 5, 6])],
    ['float64', new Float64Array([1.5, -2, 3, 4, 5, 6])],
    ['int32', new Int32Array([1, -2, 3, 4, 5, 6])],
    ['int64', new BigInt64Array([1n, -2n, 3n, 4n, 5n, 2n ** 60n])],
    ['uint8', new Uint8Array([1, 2, 3, 4, 5, 255])],
  ] as const)('come back as they were written: %s', (dtype, data) => {
    const file = writeNpy({ shape: [2, 3], data });
    expect(readNpy(file)).toEqual({ dtype, shape: [2, 3], data });
    expect(file.length % 64, 'the data starts at a multiple of 64').toBe(data.byteLength % 64);
  });

  it('keep bool apart from uint8', () => {
    expect(readNpy(writeNpy({ shape: [2], data: new Uint8Array([0, 1]) }, 'bool')).dtype).toBe('bool');
  });

  it.each([[[]], [[4]], [[0, 3]]])('keep the shape [%s]', (shape) => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    expect(readNpy(writeNpy({ shape, data: new Float32Array(count) })).shape).toEqual(shape);
  });

  it('are brought from Fortran to C order', () => {
    const file = npy(
      "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
      bytesOf(new Float32Array([1, 4, 2, 5, 3, 6])),
    );
    expect([...readNpy(file).data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are brought from big-endian to native order', () => {
    const swapped = bytesOf(new Float64Array([1.25])).toReversed();
    expect([
      ...readNpy(npy("{'descr': '>f8', 'fortran_order': False, 'shape': (1,), }", swapped)).data,
    ]).toEqual([1.25]);
  });

  it('of version 2 have a longer header length', () => {
    const file = npy(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }",
      Uint8Array.from([7, 8, 9]),
      2,
    );
    expect([...readNpy(file).data]).toEqual([7, 8, 9]);
  });

  it('are read from a view into a larger buffer', () => {
    const file = writeNpy({ shape: [3], data: new Float32Array([1, 2, 3]) });
    const shared = Buffer.concat([Buffer.from([0]), file]).subarray(1);
    expect([...readNpyTensor(shared).data]).toEqual([1, 2, 3]);
  });

  it('of half precision become float32, exactly', () => {
    const bits = new Uint8Array(new Uint16Array([0x3c00, 0xc500, 0x0001, 0x7c00]).buffer);
    const file = npy("{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }", bits);
    const data = new Float32Array([1, -5, 2 ** -24, Number.POSITIVE_INFINITY]);
    expect(readNpy(file)).toEqual({ dtype: 'float16', shape: [4], data });
  });

  it('of whole numbers become float64 tensors', () => {
    const tensor = readNpyTensor(writeNpy({ shape: [1], data: new BigInt64Array([3n]) }));
    expect(tensor).toEqual({ shape: [1], data: new Float64Array([3]) });
  });

  it.each([
    ['another kind of file', new TextEncoder().encode('PK\u0003\u0004 a zip file'), 'magic string'],
    [
      'a file cut short',
      writeNpy({ shape: [100], data: new Float32Array(100) }).slice(0, 200),
      '400 bytes of data',
    ],
    ['a header cut short', writeNpy({ shape: [1], data: new Float32Array(1) }).slice(0, 30), 'header'],
    [
      'structured records',
      npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4)),
      'plain array',
    ],
    [
      'complex numbers',
      npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)),
      'got c8',
    ],
  ])('are refused with the reason: %s', (_name, file, reason) => {
    expect(() => readNpy(file)).toThrow(reason);
  });
});
