/**
 * Multipart uploads. ETag of the whole = MD5 of the parts' MD5s, then `-` and their number.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Checksum, checksumAlgorithm, compositeChecksum } from '../checksum.ts';
import { notImplemented, ServiceError } from '../service-error.ts';
import { malformedXml, writeXml } from '../xml.ts';
import { commitObject } from './commit-object.ts';
import { writeCondition } from './conditions.ts';
import { checksumHeaders, checksumOf, encryptionHeaders, keptHeaders } from './put-object.ts';
import { invalidArgument, readXmlBody, type S3Call, type S3Handler, xmlAnswer } from './s3-call.ts';
import { tagsFromHeader } from './tagging.ts';
import type { Upload, UploadedPart } from './upload-store.ts';

/** Every part but the last. */
const LEAST_PART_BYTES = 5 * 1024 ** 2;

const document = z.strictObject({
  Part: z
    .array(z.object({ PartNumber: z.string().regex(/^\d{1,5}$/), ETag: z.string() }).catchall(z.string()))
    .min(1),
});

export const createUpload: S3Handler = ({ cloud, bucket, key, headers }) => {
  cloud.buckets.require(bucket);
  const kept = keptHeaders(headers);
  const id = randomUUID().replaceAll('-', '');
  const checksum = askedChecksum(headers);
  const tags = tagsFromHeader(headers['x-amz-tagging']);
  cloud.uploads.create({ id, bucket, key, created: cloud.now(), headers: kept, tags, checksum });
  const answer = xmlAnswer(
    writeXml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: id }),
  );
  const shown = checksum && {
    'x-amz-checksum-algorithm': checksum.algorithm,
    'x-amz-checksum-type': checksum.type,
  };
  return { ...answer, headers: { ...answer.headers, ...encryptionHeaders(kept), ...shown } };
};

export const uploadPart: S3Handler = async (call) => {
  const { cloud, bucket, key, query } = call;
  if (call.headers['x-amz-copy-source'] !== undefined) throw notImplemented('UploadPartCopy');
  const id = query.get('uploadId') ?? '';
  const number = Number(query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive.');
  cloud.uploads.require(bucket, key, id);
  const { stored, md5, checksum } = await call.body.receive(cloud.blobs, 0);
  let replaced: UploadedPart | undefined;
  try {
    cloud.database.transaction(() => {
      cloud.uploads.require(bucket, key, id);
      replaced = cloud.uploads.part(id, number);
      const [segment] = stored.segments;
      cloud.uploads.putPart(id, {
        number,
        size: stored.size,
        etag: md5,
        checksum: checksum ? `${checksum.algorithm} ${checksum.value}` : null,
        file: segment!.file,
        modified: cloud.now(),
      });
    });
  } catch (error) {
    cloud.blobs.discard(stored.segments);
    throw error;
  }
  if (replaced) cloud.blobs.discard([replaced]);
  const { 'x-amz-checksum-type': _, ...shown } = checksumHeaders(checksum);
  return { status: 200, headers: { etag: `"${md5}"`, ...shown } };
};

export const completeUpload: S3Handler = async (call) => {
  const { cloud, bucket, key, query, headers } = call;
  const id = query.get('uploadId') ?? '';
  const condition = writeCondition(headers);
  const upload = cloud.uploads.require(bucket, key, id);
  const parts = chooseParts(cloud.uploads.parts(id), await readPartList(call));
  const md5s = createHash('md5');
  for (const { etag } of parts) md5s.update(Buffer.from(etag, 'hex'));
  const etag = `${md5s.digest('hex')}-${parts.length}`;
  const segments = parts.map(({ file, size }) => ({ file, size }));
  const body = { size: segments.reduce((sum, { size }) => sum + size, 0), inline: null, segments };
  const checksum = await wholeChecksum(call, upload, parts, body);
  const chosen = new Set(segments.map(({ file }) => file));
  let unused: UploadedPart[] = [];
  const object = { etag, headers: upload.headers, checksum, tags: upload.tags, body };
  commitObject(call, object, {
    condition,
    event: 'CompleteMultipartUpload',
    alongside: () => {
      cloud.uploads.require(bucket, key, id);
      const present = cloud.uploads.parts(id);
      const left = new Set(present.map(({ file }) => file));
      if (segments.some(({ file }) => !left.has(file))) throw invalidPart();
      unused = present.filter(({ file }) => !chosen.has(file));
      cloud.uploads.remove(id);
    },
  });
  cloud.blobs.discard(unused);
  const answer = xmlAnswer(
    writeXml('CompleteMultipartUploadResult', {
      Location: `/${bucket}/${key}`,
      Bucket: bucket,
      Key: key,
      ETag: `"${etag}"`,
      ...(checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type } : {}),
    }),
  );
  return { ...answer, headers: { ...answer.headers, ...encryptionHeaders(upload.headers) } };
};

export const abortUpload: S3Handler = ({ cloud, bucket, key, query }) => {
  const { id } = cloud.uploads.require(bucket, key, query.get('uploadId') ?? '');
  const parts = cloud.uploads.parts(id);
  cloud.database.transaction(() => cloud.uploads.remove(id));
  cloud.blobs.discard(parts);
  return { status: 204 };
};

function askedChecksum(headers: Readonly<Record<string, string>>): Upload['checksum'] {
  const name = headers['x-amz-checksum-algorithm'];
  if (name === undefined) return undefined;
  const algorithm = checksumAlgorithm(name);
  const type = headers['x-amz-checksum-type'] ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (type !== 'FULL_OBJECT' && type !== 'COMPOSITE')
    throw invalidArgument('x-amz-checksum-type must be FULL_OBJECT or COMPOSITE.');
  return { algorithm, type };
}

async function readPartList(call: S3Call): Promise<{ number: number; etag: string }[]> {
  const parsed = document.safeParse(await readXmlBody(call, 'CompleteMultipartUpload'));
  if (!parsed.success) throw malformedXml();
  return parsed.data.Part.map(({ PartNumber, ETag }) => ({
    number: Number(PartNumber),
    etag: ETag.replaceAll('"', ''),
  }));
}

function chooseParts(
  uploaded: readonly UploadedPart[],
  listed: readonly { readonly number: number; readonly etag: string }[],
): UploadedPart[] {
  if (listed.some(({ number }, index) => index > 0 && number <= listed[index - 1]!.number))
    throw new ServiceError(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  return listed.map(({ number, etag }, index) => {
    const part = byNumber.get(number);
    if (part === undefined || part.etag !== etag) throw invalidPart();
    if (index < listed.length - 1 && part.size < LEAST_PART_BYTES)
      throw new ServiceError(400, 'EntityTooSmall', 'A part other than the last is smaller than 5 MiB.');
    return part;
  });
}

async function wholeChecksum(
  { cloud }: S3Call,
  upload: Upload,
  parts: readonly UploadedPart[],
  body: Parameters<typeof checksumOf>[1],
): Promise<Checksum | undefined> {
  if (upload.checksum === undefined) return undefined;
  const { algorithm, type } = upload.checksum;
  if (type === 'FULL_OBJECT') return checksumOf(cloud.blobs, body, algorithm);
  const values = parts.map(({ checksum }) => {
    const [partAlgorithm, value] = (checksum ?? '').split(' ');
    if (partAlgorithm !== algorithm || value === undefined) throw invalidPart();
    return value;
  });
  return compositeChecksum(algorithm, values);
}

function invalidPart(): ServiceError {
  const message =
    'One or more of the specified parts could not be found, or did not match its ETag or checksum.';
  return new ServiceError(400, 'InvalidPart', message);
}
