import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobStore, INLINE_LIMIT } from '../../../functions/local/cloud/storage/blob-store.ts';
import { Database } from '../../../functions/local/cloud/storage/database.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cloud-storage-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function* chunks(...pieces: (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield piece;
  }
}
async function gather(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  if (content instanceof Uint8Array) pieces.push(content);
  else for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
const filesIn = (folder: string) => readdirSync(join(directory, folder));

describe('BlobStore', () => {
  it('keeps small bodies inline and large ones in one file', async () => {
    const blobs = new BlobStore(directory);
    const small = await blobs.write(chunks(Buffer.alloc(INLINE_LIMIT - 1, 1), Buffer.alloc(1, 1)));
    expect([small.inline?.length, small.segments]).toEqual([INLINE_LIMIT, []]);
    const large = await blobs.write(chunks(Buffer.alloc(INLINE_LIMIT, 1), Buffer.alloc(1, 2)));
    expect([large.inline, large.size, filesIn('blobs').length]).toEqual([null, INLINE_LIMIT + 1, 1]);
  });

  it('leaves nothing behind of a body that breaks off', async () => {
    const blobs = new BlobStore(directory);
    const broken = blobs.write(chunks(Buffer.alloc(INLINE_LIMIT + 1), new Error('gone')));
    await expect(broken).rejects.toThrow('gone');
    expect([...filesIn('incoming'), ...filesIn('blobs')]).toEqual([]);
  });

  it('reads a range across segments, also while its files are removed', async () => {
    const blobs = new BlobStore(directory);
    const parts = await Promise.all(
      ['abc', 'defg', 'hi'].map((text) => blobs.write(chunks(Buffer.from(text)), 0)),
    );
    const body = { size: 9, inline: null, segments: parts.flatMap(({ segments }) => segments) };
    for (const [first, last, expected] of [
      [0, 8, 'abcdefghi'],
      [2, 7, 'cdefgh'],
      [4, 5, 'ef'],
      [8, 8, 'i'],
    ] as const) {
      const content = blobs.read(body, { first, last });
      expect(await gather(content)).toBe(expected);
    }
    const copy = blobs.copy(body);
    const reading = blobs.read(body, { first: 0, last: 8 });
    blobs.discard(body.segments);
    expect(await gather(reading)).toBe('abcdefghi');
    const copied = blobs.read(copy, { first: 0, last: 8 });
    expect(await gather(copied)).toBe('abcdefghi');
  });

  it.skipIf(process.platform !== 'linux')(
    'lets go of every file of an unread stream (counted in /proc, Linux only)',
    async () => {
      const blobs = new BlobStore(directory);
      const { segments } = await blobs.write(chunks(Buffer.from('abc')), 0);
      const body = { size: 6, inline: null, segments: [...segments, ...segments] };
      const open = () => readdirSync('/proc/self/fd').length;
      const before = open();
      const unread = Array.from({ length: 20 }, () => blobs.read(body, { first: 0, last: 5 }) as Readable);
      expect(open()).toBeGreaterThanOrEqual(before + 40);
      for (const stream of unread) stream.destroy();
      await expect.poll(open).toBeLessThanOrEqual(before + 2);
    },
  );

  it('sweeps files that nobody names', async () => {
    const blobs = new BlobStore(directory);
    const kept = await blobs.write(chunks(Buffer.from('kept')), 0);
    writeFileSync(join(directory, 'incoming', 'half'), 'half');
    writeFileSync(join(directory, 'blobs', 'orphan'), 'orphan');
    blobs.sweep((file) => file === kept.segments[0]!.file);
    expect([filesIn('incoming'), filesIn('blobs')]).toEqual([[], [kept.segments[0]!.file]]);
  });
});

describe('Database', () => {
  it('does all of a transaction or nothing, nested ones included', () => {
    const database = new Database(join(directory, 'cloud.sqlite'));
    const add = (name: string) =>
      database.run(
        'INSERT INTO queues (name, attributes, tags, created, modified) VALUES (?, ?, ?, 0, 0)',
        name,
        '{}',
        '{}',
      );
    const names = () =>
      database.all<{ name: string }>('SELECT name FROM queues ORDER BY name').map(({ name }) => name);
    expect(() =>
      database.transaction(() => {
        add('a');
        database.transaction(() => add('b'));
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(names()).toEqual([]);
    database.transaction(() => add('c'));
    expect(names()).toEqual(['c']);
    database.close();
  });
});
