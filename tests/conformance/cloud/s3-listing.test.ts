import { ListObjectsV2Command, type ListObjectsV2CommandOutput, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newBucket, useCloud } from './cloud-fixture.ts';

const fixture = useCloud();
/** Chosen so that UTF-8 order differs from UTF-16 order (the last two) and prefixes nest and touch. */
const keys = [
  'a',
  'a/',
  'a/b',
  'a/b/c',
  'a/b/d',
  'a//e',
  'a-b',
  'b/1',
  'b/2',
  'b0',
  'space here/x+y',
  'z',
  '\uffee',
  '\u{1f600}',
];
let Bucket = '';
beforeAll(async () => {
  Bucket = await newBucket(fixture.s3);
  for (const Key of keys) await fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
});

const list = (more: object = {}): Promise<ListObjectsV2CommandOutput> =>
  fixture.s3.send(new ListObjectsV2Command({ Bucket, ...more }));

interface Listing {
  readonly objects: readonly string[];
  readonly prefixes: readonly string[];
}

/** The definition, read literally: filter, then roll up at the first delimiter behind the prefix. */
function literalListing(prefix: string, delimiter: string, startAfter: string): Listing {
  const objects: string[] = [];
  const prefixes = new Set<string>();
  const inOrder = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const key of inOrder) {
    if (!key.startsWith(prefix) || Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) <= 0) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end < 0) objects.push(key);
    else prefixes.add(key.slice(0, end + delimiter.length));
  }
  return { objects, prefixes: [...prefixes] };
}

async function listEveryPage(more: object): Promise<Listing & { readonly pages: number[] }> {
  const objects: string[] = [];
  const prefixes: string[] = [];
  const pages: number[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await list({ ...more, ContinuationToken });
    objects.push(...(page.Contents ?? []).map(({ Key }) => Key!));
    prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
    pages.push(page.KeyCount!);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return { objects, prefixes, pages };
}

describe('ListObjectsV2', () => {
  it('lists what a literal reading of its definition lists, however it is paged', async () => {
    const Prefix = fc.constantFrom('', 'a', 'a/', 'a/b', 'b', 'b/', 'q', 'space');
    const Delimiter = fc.constantFrom('', '/', 'b', '//', ' ');
    const StartAfter = fc.constantFrom('', 'a', 'a/b', 'a/b/c', 'b', 'zz');
    const MaxKeys = fc.integer({ min: 1, max: 6 });
    const property = fc.asyncProperty(
      Prefix,
      Delimiter,
      StartAfter,
      MaxKeys,
      async (prefix, delimiter, after, most) => {
        const asked = {
          Prefix: prefix,
          MaxKeys: most,
          ...(delimiter === '' ? {} : { Delimiter: delimiter }),
          ...(after === '' ? {} : { StartAfter: after }),
        };
        const { objects, prefixes, pages } = await listEveryPage(asked);
        expect({ objects, prefixes }).toEqual(literalListing(prefix, delimiter, after));
        expect(pages.slice(0, -1).every((count) => count === most)).toBe(true);
      },
    );
    await fc.assert(property, { seed: 20_240_501, numRuns: 120 });
  });

  it('says what each object is', async () => {
    const page = await list({ Prefix: 'a/b/c', FetchOwner: true });
    expect(page).toMatchObject({ KeyCount: 1, IsTruncated: false, MaxKeys: 1000, Name: Bucket });
    const [object] = page.Contents!;
    expect(object).toMatchObject({
      Key: 'a/b/c',
      Size: 5,
      StorageClass: 'STANDARD',
      Owner: { ID: '000000000000' },
    });
    expect(object!.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(Math.abs(Date.now() - object!.LastModified!.getTime())).toBeLessThan(60_000);
  });

  it('encodes keys when asked to', async () => {
    const page = await list({ EncodingType: 'url', Prefix: 'space', Delimiter: '/' });
    expect(page.CommonPrefixes).toEqual([{ Prefix: 'space+here/' }]);
    const inside = await list({ EncodingType: 'url', Prefix: 'space here/' });
    expect(inside.Contents![0]!.Key).toBe('space+here/x%2By');
  });

  it('lists nothing for MaxKeys 0, and never more than 1,000', async () => {
    expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect((await list({ MaxKeys: 5000 })).MaxKeys).toBe(1000);
  });

  it('refuses a token of its own invention', async () => {
    expect(await failureOf(list({ ContinuationToken: '%%%' }))).toBe('400 InvalidArgument');
  });
});
