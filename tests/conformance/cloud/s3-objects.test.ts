import { randomBytes } from 'node:crypto';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newBucket, useCloud } from './cloud-fixture.ts';
import { sendSigned } from './raw-request.ts';

const fixture = useCloud();
let Bucket = '';
beforeAll(async () => {
  Bucket = await newBucket(fixture.s3);
});

const put = (Key: string, Body: string | Uint8Array, more: object = {}) =>
  fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const read = async (Key: string, more: object = {}) => {
  const answer = await fixture.s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...answer, text: await answer.Body!.transformToString() };
};

describe('objects', () => {
  it.each([
    'plain',
    'a b+c(é)&<>.dcm',
    'quote\'"!*~',
    'nested//empty/',
    '%41 percent',
    'ключ/画像/🩻',
    ' edge ',
  ])('keeps a body under the key %j', async (Key) => {
    await put(Key, Key);
    expect((await read(Key)).text).toBe(Key);
    await fixture.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await failureOf(read(Key))).toBe('404 NoSuchKey');
  });

  it('gives back what a put said about the object', async () => {
    const said = {
      ContentType: 'application/dicom',
      CacheControl: 'no-store',
      ContentDisposition: 'attachment; filename="x"',
      ContentEncoding: 'gzip',
      ContentLanguage: 'en',
      Metadata: { job: 'j1', other: 'two words' },
      ServerSideEncryption: 'aws:kms' as const,
      SSEKMSKeyId: 'key-1',
      BucketKeyEnabled: true,
    };
    const answer = await put('said', 'x', said);
    expect(answer).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'key-1',
      BucketKeyEnabled: true,
    });
    expect(await fixture.s3.send(new HeadObjectCommand({ Bucket, Key: 'said' }))).toMatchObject({
      ...said,
      ContentLength: 1,
      ETag: '"9dd4e461268c8034f5c8564e155c67a6"',
    });
  });

  it('gives an object without a type the one that S3 gives it, and does not name the standard storage class', async () => {
    const at = { method: 'PUT', path: `/${Bucket}/bare`, headers: { 'x-amz-storage-class': 'STANDARD' } };
    expect((await sendSigned(fixture.cloud.endpoint, at)).status).toBe(200);
    const { ContentType, StorageClass } = await read('bare');
    expect({ ContentType, StorageClass }).toEqual({
      ContentType: 'binary/octet-stream',
      StorageClass: undefined,
    });
  });

  it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000])('keeps %i random bytes whole', async (size) => {
    const Body = randomBytes(size);
    await put('bytes', Body);
    const { Body: found, ContentLength } = await fixture.s3.send(
      new GetObjectCommand({ Bucket, Key: 'bytes' }),
    );
    expect(ContentLength).toBe(size);
    expect(Buffer.compare(Buffer.from(await found!.transformToByteArray()), Body)).toBe(0);
  });

  it('replaces an object under the same key', async () => {
    await put('twice', randomBytes(400_000));
    await put('twice', 'second');
    expect((await read('twice')).text).toBe('second');
  });

  it('refuses user metadata of more than 2 KiB and keys of more than 1,024 bytes', async () => {
    expect(await failureOf(put('meta', 'x', { Metadata: { m: 'v'.repeat(2048) } }))).toBe(
      '400 MetadataTooLarge',
    );
    expect(await failureOf(put('é'.repeat(513), 'x'))).toBe('400 KeyTooLongError');
  });

  it('does not know a bucket that was not made', async () => {
    const call = fixture.s3.send(
      new PutObjectCommand({ Bucket: 'absent', Key: 'k', Body: randomBytes(500_000) }),
    );
    expect(await failureOf(call)).toBe('404 NoSuchBucket');
    expect(await failureOf(fixture.s3.send(new HeadObjectCommand({ Bucket, Key: 'absent' })))).toBe(
      '404 NotFound',
    );
  });
});

describe('ranges and read conditions', () => {
  it.each([
    ['bytes=1-2', 'bc', 'bytes 1-2/6'],
    ['bytes=4-', 'ef', 'bytes 4-5/6'],
    ['bytes=-2', 'ef', 'bytes 4-5/6'],
    ['bytes=3-99', 'def', 'bytes 3-5/6'],
    ['bytes=-99', 'abcdef', 'bytes 0-5/6'],
  ])('answers %s with %s', async (Range, text, ContentRange) => {
    await put('range', 'abcdef');
    const answer = await read('range', { Range });
    expect(answer).toMatchObject({ text, ContentRange, ContentLength: text.length });
    expect(answer.$metadata.httpStatusCode).toBe(206);
  });

  it('refuses a range behind the end, and several ranges at once', async () => {
    await put('range', 'abcdef');
    expect(await failureOf(read('range', { Range: 'bytes=6-9' }))).toBe('416 InvalidRange');
    expect(await failureOf(read('range', { Range: 'bytes=0-1,3-4' }))).toBe('501 NotImplemented');
  });

  it('answers 304 and 412 as the conditions say', async () => {
    const { ETag } = await put('conditions', 'x');
    const now = new Date(Date.now() + 1000);
    const old = new Date(Date.now() - 60_000);
    expect(await failureOf(read('conditions', { IfNoneMatch: ETag }))).toMatch(/^304/);
    expect(await failureOf(read('conditions', { IfModifiedSince: now }))).toMatch(/^304/);
    expect(await failureOf(read('conditions', { IfMatch: '"other"' }))).toBe('412 PreconditionFailed');
    expect(await failureOf(read('conditions', { IfUnmodifiedSince: old }))).toBe('412 PreconditionFailed');
    expect((await read('conditions', { IfNoneMatch: '"other"', IfModifiedSince: now })).text).toBe('x');
    expect((await read('conditions', { IfMatch: ETag, IfUnmodifiedSince: old })).text).toBe('x');
  });

  it('lets a reader name other response headers', async () => {
    await put('override', 'x', { ContentType: 'text/plain' });
    const ResponseContentType = 'application/json';
    const ResponseContentDisposition = 'attachment';
    const answer = await read('override', { ResponseContentType, ResponseContentDisposition });
    expect(answer).toMatchObject({ ContentType: ResponseContentType, ContentDisposition: 'attachment' });
  });
});

describe('buckets', () => {
  it('makes, finds, lists and removes them', async () => {
    const { s3 } = fixture;
    const name = await newBucket(s3);
    await s3.send(new HeadBucketCommand({ Bucket: name }));
    await s3.send(new GetBucketLocationCommand({ Bucket: name }));
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toContain(name);
    await s3.send(new PutObjectCommand({ Bucket: name, Key: 'k', Body: 'x' }));
    expect(await failureOf(s3.send(new DeleteBucketCommand({ Bucket: name })))).toBe('409 BucketNotEmpty');
    await s3.send(new DeleteObjectCommand({ Bucket: name, Key: 'k' }));
    await s3.send(new DeleteBucketCommand({ Bucket: name }));
    expect(await failureOf(s3.send(new HeadBucketCommand({ Bucket: name })))).toBe('404 NotFound');
  });

  it('lets its owner make a bucket of us-east-1 again, and refuses names that are none', async () => {
    await fixture.s3.send(new CreateBucketCommand({ Bucket }));
    for (const name of ['No', 'a', 'under_score', '1.2.3.4', 'two..dots'])
      expect(await failureOf(fixture.s3.send(new CreateBucketCommand({ Bucket: name })))).toBe(
        '400 InvalidBucketName',
      );
  });
});

describe('deleting many', () => {
  it('removes what is there, forgives what is not, and honors an ETag', async () => {
    const Keys = ['many/a&b<c>', 'many/ spaced ', 'many/kept'];
    for (const Key of Keys) await put(Key, 'x');
    const answer = await fixture.s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: {
          Objects: [
            { Key: Keys[0] },
            { Key: Keys[1] },
            { Key: 'many/absent' },
            { Key: Keys[2], ETag: '"other"' },
          ],
        },
      }),
    );
    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual([Keys[0], Keys[1], 'many/absent']);
    expect(answer.Errors).toMatchObject([{ Key: 'many/kept', Code: 'PreconditionFailed' }]);
    expect(await failureOf(read(Keys[1]!))).toBe('404 NoSuchKey');
    expect((await read('many/kept')).text).toBe('x');
  });

  it('says nothing of its successes when asked to be quiet', async () => {
    const Delete = { Objects: [{ Key: 'whatever' }], Quiet: true };
    expect((await fixture.s3.send(new DeleteObjectsCommand({ Bucket, Delete }))).Deleted).toBeUndefined();
  });
});

describe('copies', () => {
  it('keeps bytes, headers and tags, and lives on without its source', async () => {
    const { s3 } = fixture;
    const Body = randomBytes(700_000);
    await put('from é+ ', Body, { ContentType: 'image/png', Metadata: { a: 'b' }, Tagging: 't=1' });
    const CopySource = `${Bucket}/${encodeURIComponent('from é+ ')}`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource, CopySourceIfMatch: '*' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'from é+ ' }));
    const copy = await s3.send(new GetObjectCommand({ Bucket, Key: 'to' }));
    expect(copy).toMatchObject({ ContentType: 'image/png', Metadata: { a: 'b' }, TagCount: 1 });
    expect(Buffer.compare(Buffer.from(await copy.Body!.transformToByteArray()), Body)).toBe(0);
  });

  it('replaces metadata when told to, and refuses a copy onto itself that would change nothing', async () => {
    await put('self', 'x', { Metadata: { a: 'old' } });
    const onto = { Bucket, Key: 'self', CopySource: `${Bucket}/self` };
    expect(await failureOf(fixture.s3.send(new CopyObjectCommand(onto)))).toBe('400 InvalidRequest');
    const replace = { ...onto, MetadataDirective: 'REPLACE' as const, Metadata: { a: 'new' } };
    await fixture.s3.send(new CopyObjectCommand(replace));
    expect((await read('self')).Metadata).toEqual({ a: 'new' });
  });

  it('checks the conditions on its source and on its target', async () => {
    await put('source', 'x');
    await put('target', 'y');
    const copy = (more: object) =>
      fixture.s3.send(
        new CopyObjectCommand({ Bucket, Key: 'target', CopySource: `${Bucket}/source`, ...more }),
      );
    expect(await failureOf(copy({ CopySourceIfMatch: '"other"' }))).toBe('412 PreconditionFailed');
    expect(await failureOf(copy({ CopySource: `${Bucket}/absent` }))).toBe('404 NoSuchKey');
    expect(await failureOf(copy({ IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    expect((await read('target')).text).toBe('y');
  });
});

describe('tags', () => {
  it('sets, shows, counts and removes them', async () => {
    const { s3 } = fixture;
    const Key = 'tagged';
    await put(Key, 'x', { Tagging: 'a=1&b=two%20words' });
    const at = { Bucket, Key };
    const shown = async () => (await s3.send(new GetObjectTaggingCommand(at))).TagSet;
    expect(await shown()).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'two words' },
    ]);
    const TagSet = [{ Key: 'c', Value: '<&>' }];
    await s3.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }));
    expect(await shown()).toEqual(TagSet);
    expect((await read(Key)).TagCount).toBe(1);
    await s3.send(new DeleteObjectTaggingCommand(at));
    expect(await shown()).toEqual([]);
  });

  it('refuses more than ten, or the same key twice', async () => {
    const eleven = Array.from({ length: 11 }, (_, i) => `k${i}=v`).join('&');
    expect(await failureOf(put('k', 'x', { Tagging: eleven }))).toBe('400 BadRequest');
    expect(await failureOf(put('k', 'x', { Tagging: 'a=1&a=2' }))).toBe('400 InvalidTag');
  });
});
