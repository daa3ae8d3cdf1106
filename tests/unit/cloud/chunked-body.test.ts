import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeChunkedBody } from '../../../functions/local/cloud/chunked-body.ts';

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function decode(
  source: AsyncIterable<Uint8Array>,
): Promise<{ body: Buffer; trailers: [string, string][] }> {
  const trailers = new Map<string, string>();
  const pieces: Uint8Array[] = [];
  for await (const piece of decodeChunkedBody(source, trailers)) pieces.push(piece);
  return { body: Buffer.concat(pieces), trailers: [...trailers] };
}

function encode(chunks: readonly Uint8Array[], trailers: readonly string[]): Buffer {
  const parts = chunks
    .filter((chunk) => chunk.length > 0)
    .flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailers.map((line) => `${line}\r\n`).join('')}\r\n`)]);
}

describe('decodeChunkedBody', () => {
  it('gives back any body, however it was chunked and however the network cut it', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
    const cuts = fc.array(fc.nat(3000), { maxLength: 20 });
    const property = fc.asyncProperty(chunks, cuts, async (pieces, where) => {
      const encoded = encode(pieces, ['X-Amz-Checksum-Crc32: AAAAAA==']);
      const { body, trailers } = await decode(inPieces(encoded, where));
      expect(body).toEqual(Buffer.concat(pieces));
      expect(trailers).toEqual([['x-amz-checksum-crc32', 'AAAAAA==']]);
    });
    await fc.assert(property, { seed: 20_240_502, numRuns: 300 });
  });

  it('never takes a body that was cut short for a whole one', async () => {
    const encoded = encode([Buffer.from('first chunk'), Buffer.from('second')], ['a:b']);
    for (let length = 0; length < encoded.length - 1; length++) {
      const cut = decode(inPieces(encoded.subarray(0, length), [7]));
      await expect(cut, `cut at ${length}`).rejects.toMatchObject({ code: 'IncompleteBody', status: 400 });
    }
  });

  it('ignores what a chunk says of itself behind a semicolon', async () => {
    const source = inPieces(Buffer.from('3;chunk-signature=ab\r\nabc\r\n0;chunk-signature=cd\r\n\r\n'), []);
    expect((await decode(source)).body.toString()).toBe('abc');
  });
});
