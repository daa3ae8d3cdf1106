/** ListMultipartUploads and ListParts. */
import { writeXml } from '../xml.ts';
import { integerParameter, type S3Handler, xmlAnswer } from './s3-call.ts';

const PAGE = { otherwise: 1000, least: 1, most: 1000 };

export const listUploads: S3Handler = ({ cloud, bucket, query }) => {
  cloud.buckets.require(bucket);
  const limit = integerParameter(query, 'max-uploads', PAGE);
  const prefix = query.get('prefix') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker');
  // Without an upload id the marker is after every upload of its key.
  const after = { key: keyMarker, id: idMarker ?? (keyMarker === '' ? '' : '\u{10ffff}') };
  const uploads = cloud.uploads
    .list(bucket, after, 1_000_000)
    .filter(({ key }) => key.startsWith(prefix))
    .slice(0, limit + 1);
  const shown = uploads.slice(0, limit);
  const last = uploads.length > limit ? shown.at(-1) : undefined;
  return xmlAnswer(
    writeXml('ListMultipartUploadsResult', {
      Bucket: bucket,
      Prefix: prefix,
      KeyMarker: keyMarker,
      UploadIdMarker: idMarker ?? '',
      NextKeyMarker: last?.key,
      NextUploadIdMarker: last?.id,
      MaxUploads: limit,
      IsTruncated: last !== undefined,
      Upload: shown.map(({ key, id, created, checksum }) => ({
        Key: key,
        UploadId: id,
        Initiated: new Date(created).toISOString(),
        StorageClass: 'STANDARD',
        ChecksumAlgorithm: checksum?.algorithm,
        ChecksumType: checksum?.type,
      })),
    }),
  );
};

export const listParts: S3Handler = ({ cloud, bucket, key, query }) => {
  const upload = cloud.uploads.require(bucket, key, query.get('uploadId') ?? '');
  const limit = integerParameter(query, 'max-parts', PAGE);
  const after = integerParameter(query, 'part-number-marker', { otherwise: 0, least: 0, most: 10_000 });
  const parts = cloud.uploads.parts(upload.id, after, limit + 1);
  const shown = parts.slice(0, limit);
  return xmlAnswer(
    writeXml('ListPartsResult', {
      Bucket: bucket,
      Key: key,
      UploadId: upload.id,
      PartNumberMarker: after,
      NextPartNumberMarker: shown.at(-1)?.number,
      MaxParts: limit,
      IsTruncated: parts.length > limit,
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: upload.checksum?.algorithm,
      ChecksumType: upload.checksum?.type,
      Part: shown.map(({ number, size, etag, checksum, modified }) => {
        const [algorithm, value] = (checksum ?? '').split(' ');
        return {
          PartNumber: number,
          LastModified: new Date(modified).toISOString(),
          ETag: `"${etag}"`,
          Size: size,
          ...(value === undefined ? {} : { [`Checksum${algorithm}`]: value }),
        };
      }),
    }),
  );
};
