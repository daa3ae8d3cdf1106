/** What decides whether a write happens: conditions, checksums, multipart. */
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newBucket, useCloud } from './cloud-fixture.ts';

const fixture = useCloud();
let Bucket = '';
beforeAll(async () => {
  Bucket = await newBucket(fixture.s3);
});
const put = (Key: string, Body: string, more: object = {}) =>
  fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const text = async (Key: string) =>
  (await fixture.s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();
const MIB = 1024 * 1024;

describe('conditional writes', () => {
  it('creates once with If-None-Match: *', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    expect(await failureOf(put('once', 'second', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    expect(await text('once')).toBe('first');
  });

  it.each([10, 400_000])('lets exactly one of 20 concurrent writers of %i bytes win', async (size) => {
    const writers = Array.from({ length: 20 }, (_, writer) => String.fromCharCode(97 + writer).repeat(size));
    const Key = `race-${size}`;
    const outcomes = await Promise.all(
      writers.map((body) => failureOf(put(Key, body, { IfNoneMatch: '*' }))),
    );
    expect(outcomes.filter((outcome) => outcome === 'no failure')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === '412 PreconditionFailed')).toHaveLength(19);
    expect(await text(Key)).toBe(writers[outcomes.indexOf('no failure')]);
  });

  it('compares and swaps with If-Match', async () => {
    const { ETag } = await put('cas', '1');
    await put('cas', '2', { IfMatch: ETag });
    expect(await failureOf(put('cas', '3', { IfMatch: ETag }))).toBe('412 PreconditionFailed');
    expect(await failureOf(put('absent', '3', { IfMatch: ETag }))).toBe('404 NoSuchKey');
    expect(await text('cas')).toBe('2');
  });

  it('deletes with If-Match only what it names', async () => {
    const { ETag } = await put('cad', '1');
    const remove = (IfMatch: string | undefined) =>
      fixture.s3.send(new DeleteObjectCommand({ Bucket, Key: 'cad', IfMatch }));
    expect(await failureOf(remove('"other"'))).toBe('412 PreconditionFailed');
    await remove(ETag);
    expect(await failureOf(text('cad'))).toBe('404 NoSuchKey');
  });

  it('does not know If-None-Match with an ETag on a write', async () => {
    expect(await failureOf(put('k', 'x', { IfNoneMatch: '"etag"' }))).toBe('501 NotImplemented');
  });
});

describe('checksums', () => {
  const algorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

  it.each(algorithms)('computes, keeps and shows %s for a buffer and for a stream', async (algorithm) => {
    const content = randomBytes(300_000);
    for (const Body of [content, Readable.from([content.subarray(0, 7), content.subarray(7)])]) {
      const Key = `sum-${algorithm}`;
      const ContentLength = content.length;
      await fixture.s3.send(
        new PutObjectCommand({ Bucket, Key, Body, ContentLength, ChecksumAlgorithm: algorithm }),
      );
      const shown = await fixture.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect(shown[`Checksum${algorithm}`]).toMatch(/^[A-Za-z0-9+/]+=*$/);
      expect(shown.ChecksumType).toBe('FULL_OBJECT');
      const read = await fixture.s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect(Buffer.compare(Buffer.from(await read.Body!.transformToByteArray()), content)).toBe(0);
    }
  });

  it('stores nothing whose checksum or MD5 is wrong', async () => {
    const sha256 = createHash('sha256').update('other').digest('base64');
    const md5 = createHash('md5').update('other').digest('base64');
    expect(await failureOf(put('bad', 'x', { ChecksumSHA256: sha256 }))).toBe('400 BadDigest');
    expect(await failureOf(put('bad', 'x', { ContentMD5: md5 }))).toBe('400 BadDigest');
    expect(await failureOf(put('bad', 'x', { ChecksumCRC32: 'AAAAAA==' }))).toBe('400 BadDigest');
    expect(await failureOf(text('bad'))).toBe('404 NoSuchKey');
  });
});

describe('multipart uploads', () => {
  const start = async (Key: string, more: object = {}) =>
    (await fixture.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId!;
  const part = async (Key: string, UploadId: string, PartNumber: number, Body: Uint8Array) => {
    const answer = await fixture.s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }),
    );
    return { PartNumber, ETag: answer.ETag!, ChecksumCRC32: answer.ChecksumCRC32! };
  };
  const complete = (Key: string, UploadId: string, Parts: object[], more: object = {}) =>
    fixture.s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
    );

  it('puts the parts together in order, whatever order they came in', async () => {
    const first = randomBytes(5 * MIB);
    const second = randomBytes(1000);
    const UploadId = await start('parts', { Metadata: { a: 'b' }, ChecksumAlgorithm: 'CRC32' });
    const two = await part('parts', UploadId, 9, second);
    await part('parts', UploadId, 2, randomBytes(10));
    const one = await part('parts', UploadId, 2, first);
    await part('parts', UploadId, 5, randomBytes(10));
    const answer = await complete('parts', UploadId, [one, two]);
    const digests = [first, second].map((bytes) => createHash('md5').update(bytes).digest());
    expect(answer.ETag).toBe(`"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-2"`);
    expect(answer.ChecksumCRC32).toMatch(/^.{8}-2$/);
    const read = await fixture.s3.send(new GetObjectCommand({ Bucket, Key: 'parts' }));
    const whole = Buffer.concat([first, second]);
    expect(read.Metadata).toEqual({ a: 'b' });
    expect(Buffer.compare(Buffer.from(await read.Body!.transformToByteArray()), whole)).toBe(0);
    const Range = `bytes=${5 * MIB - 3}-${5 * MIB + 3}`;
    const across = await fixture.s3.send(new GetObjectCommand({ Bucket, Key: 'parts', Range }));
    const expected = whole.subarray(5 * MIB - 3, 5 * MIB + 4);
    expect(Buffer.from(await across.Body!.transformToByteArray())).toEqual(expected);
  });

  it('takes a 12 MiB stream from lib-storage, with a checksum of the whole where asked for one', async () => {
    const content = randomBytes(12 * MIB);
    const params = {
      Bucket,
      Key: 'lib',
      Body: Readable.from(content),
      ChecksumAlgorithm: 'CRC64NVME' as const,
    };
    await new Upload({ client: fixture.s3, params, partSize: 5 * MIB, queueSize: 3 }).done();
    const read = await fixture.s3.send(new GetObjectCommand({ Bucket, Key: 'lib', ChecksumMode: 'ENABLED' }));
    expect(read.ChecksumType).toBe('FULL_OBJECT');
    expect(Buffer.compare(Buffer.from(await read.Body!.transformToByteArray()), content)).toBe(0);
  });

  it('refuses parts that are unknown, changed, out of order or too small', async () => {
    const UploadId = await start('refused');
    const one = await part('refused', UploadId, 1, randomBytes(10));
    const two = await part('refused', UploadId, 2, randomBytes(10));
    const outcome = (parts: object[]) => failureOf(complete('refused', UploadId, parts));
    expect(await outcome([{ ...one, ETag: two.ETag }])).toBe('400 InvalidPart');
    expect(await outcome([{ ...one, PartNumber: 3 }])).toBe('400 InvalidPart');
    expect(await outcome([two, one])).toBe('400 InvalidPartOrder');
    expect(await outcome([one, two])).toBe('400 EntityTooSmall');
    expect(await outcome([])).toBe('400 MalformedXML');
    expect(await failureOf(text('refused'))).toBe('404 NoSuchKey');
  });

  it('completes with If-None-Match: * only where there is nothing yet, and keeps the upload otherwise', async () => {
    await put('taken', 'first');
    const UploadId = await start('taken');
    const one = await part('taken', UploadId, 1, Buffer.from('second'));
    const conditional = complete('taken', UploadId, [one], { IfNoneMatch: '*' });
    expect(await failureOf(conditional)).toBe('412 PreconditionFailed');
    await complete('taken', UploadId, [one]);
    expect(await text('taken')).toBe('second');
  });

  it('lists uploads and their parts in pages, and forgets an aborted one', async () => {
    const listBucket = await newBucket(fixture.s3);
    const { s3 } = fixture;
    const at = { Bucket: listBucket, Key: 'listed' };
    const ids: string[] = [];
    for (const Key of ['listed', 'listed', 'other']) {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket: listBucket, Key }));
      ids.push(UploadId!);
    }
    for (const PartNumber of [1, 2, 3])
      await s3.send(new UploadPartCommand({ ...at, UploadId: ids[0], PartNumber, Body: 'x' }));
    const first = await s3.send(new ListPartsCommand({ ...at, UploadId: ids[0], MaxParts: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' });
    const PartNumberMarker = first.NextPartNumberMarker;
    const rest = await s3.send(new ListPartsCommand({ ...at, UploadId: ids[0], PartNumberMarker }));
    expect(rest.Parts?.map((one) => one.PartNumber)).toEqual([3]);
    const page = await s3.send(new ListMultipartUploadsCommand({ Bucket: listBucket, MaxUploads: 2 }));
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
    const last = await s3.send(
      new ListMultipartUploadsCommand({ Bucket: listBucket, KeyMarker, UploadIdMarker }),
    );
    const found = [...page.Uploads!, ...last.Uploads!].map((upload) => upload.UploadId);
    expect([...found].sort()).toEqual([...ids].sort());
    await s3.send(new AbortMultipartUploadCommand({ ...at, UploadId: ids[0] }));
    expect(await failureOf(s3.send(new ListPartsCommand({ ...at, UploadId: ids[0] })))).toBe(
      '404 NoSuchUpload',
    );
    const late = s3.send(new UploadPartCommand({ ...at, UploadId: ids[0], PartNumber: 1, Body: 'x' }));
    expect(await failureOf(late)).toBe('404 NoSuchUpload');
  });
});
