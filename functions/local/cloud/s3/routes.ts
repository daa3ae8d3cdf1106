/**
 * Which operation a request asks for, as one table. A query parameter that its operation does not name is
 * answered 501: it asks for something that would otherwise silently not happen.
 */
import { notImplemented, ServiceError } from '../service-error.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { deleteCors, getCors, putCors } from './cors.ts';
import { deleteObject, deleteObjects } from './delete-object.ts';
import { getObject, OVERRIDE_PARAMETERS } from './get-object.ts';
import { listObjects } from './list-objects.ts';
import { listParts, listUploads } from './list-uploads.ts';
import { abortUpload, completeUpload, createUpload, uploadPart } from './multipart.ts';
import { getNotification, putNotification } from './put-notification.ts';
import { copyObject, putObject } from './put-object.ts';
import type { S3Handler } from './s3-call.ts';
import { deleteTagging, getTagging, putTagging } from './tagging.ts';

export interface Route {
  readonly on: 'service' | 'bucket' | 'object';
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly operation: string;
  readonly handle: S3Handler;
  /** Query parameters that must be there. */
  readonly needs?: readonly string[];
  /** Query parameters that may be there. */
  readonly takes?: readonly string[];
  /** A header that must be there. */
  readonly header?: string;
}

const LISTING = [
  'prefix',
  'delimiter',
  'max-keys',
  'continuation-token',
  'start-after',
  'encoding-type',
  'fetch-owner',
];
const UPLOADS = ['prefix', 'max-uploads', 'key-marker', 'upload-id-marker'];
const UPLOAD_PART = ['partNumber', 'uploadId'];
const PART_PAGE = ['max-parts', 'part-number-marker'];

const ROUTES: readonly Route[] = [
  { on: 'service', method: 'GET', operation: 'ListBuckets', handle: listBuckets },
  { on: 'bucket', method: 'PUT', operation: 'CreateBucket', handle: createBucket },
  { on: 'bucket', method: 'DELETE', operation: 'DeleteBucket', handle: deleteBucket },
  { on: 'bucket', method: 'HEAD', operation: 'HeadBucket', handle: headBucket },
  {
    on: 'bucket',
    method: 'GET',
    operation: 'GetBucketLocation',
    handle: getBucketLocation,
    needs: ['location'],
  },
  {
    on: 'bucket',
    method: 'GET',
    operation: 'ListObjectsV2',
    handle: listObjects,
    needs: ['list-type'],
    takes: LISTING,
  },
  { on: 'bucket', method: 'POST', operation: 'DeleteObjects', handle: deleteObjects, needs: ['delete'] },
  {
    on: 'bucket',
    method: 'GET',
    operation: 'ListMultipartUploads',
    handle: listUploads,
    needs: ['uploads'],
    takes: UPLOADS,
  },
  { on: 'bucket', method: 'PUT', operation: 'PutBucketCors', handle: putCors, needs: ['cors'] },
  { on: 'bucket', method: 'GET', operation: 'GetBucketCors', handle: getCors, needs: ['cors'] },
  { on: 'bucket', method: 'DELETE', operation: 'DeleteBucketCors', handle: deleteCors, needs: ['cors'] },
  {
    on: 'bucket',
    method: 'PUT',
    operation: 'PutBucketNotificationConfiguration',
    handle: putNotification,
    needs: ['notification'],
  },
  {
    on: 'bucket',
    method: 'GET',
    operation: 'GetBucketNotificationConfiguration',
    handle: getNotification,
    needs: ['notification'],
  },
  { on: 'object', method: 'PUT', operation: 'PutObject', handle: putObject },
  { on: 'object', method: 'PUT', operation: 'CopyObject', handle: copyObject, header: 'x-amz-copy-source' },
  { on: 'object', method: 'GET', operation: 'GetObject', handle: getObject, takes: OVERRIDE_PARAMETERS },
  { on: 'object', method: 'HEAD', operation: 'HeadObject', handle: getObject, takes: OVERRIDE_PARAMETERS },
  { on: 'object', method: 'DELETE', operation: 'DeleteObject', handle: deleteObject },
  { on: 'object', method: 'PUT', operation: 'PutObjectTagging', handle: putTagging, needs: ['tagging'] },
  { on: 'object', method: 'GET', operation: 'GetObjectTagging', handle: getTagging, needs: ['tagging'] },
  {
    on: 'object',
    method: 'DELETE',
    operation: 'DeleteObjectTagging',
    handle: deleteTagging,
    needs: ['tagging'],
  },
  {
    on: 'object',
    method: 'POST',
    operation: 'CreateMultipartUpload',
    handle: createUpload,
    needs: ['uploads'],
  },
  { on: 'object', method: 'PUT', operation: 'UploadPart', handle: uploadPart, needs: UPLOAD_PART },
  {
    on: 'object',
    method: 'POST',
    operation: 'CompleteMultipartUpload',
    handle: completeUpload,
    needs: ['uploadId'],
  },
  {
    on: 'object',
    method: 'DELETE',
    operation: 'AbortMultipartUpload',
    handle: abortUpload,
    needs: ['uploadId'],
  },
  {
    on: 'object',
    method: 'GET',
    operation: 'ListParts',
    handle: listParts,
    needs: ['uploadId'],
    takes: PART_PAGE,
  },
];

interface RoutedRequest {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
}

/** The most specific row that fits. Throws NotImplemented (501). */
export function findRoute({ method, bucket, key, query, headers }: RoutedRequest): Route {
  const on = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const fitting = ROUTES.filter(
    (route) =>
      route.on === on &&
      route.method === method &&
      (route.needs ?? []).every((name) => query.has(name)) &&
      (route.header === undefined || route.header in headers),
  );
  const weight = (route: Route) => (route.needs?.length ?? 0) * 2 + (route.header === undefined ? 0 : 1);
  const route = fitting.sort((a, b) => weight(b) - weight(a))[0];
  if (route === undefined) throw notImplemented(`${method} on a ${on}`);
  for (const name of query.keys())
    if (!isKnown(route, name)) throw notImplemented(`the parameter ${name} of ${route.operation}`);
  if (key.length > 0 && Buffer.byteLength(key) > 1024)
    throw new ServiceError(400, 'KeyTooLongError', 'Your key is longer than 1024 bytes.');
  return route;
}

function isKnown(route: Route, parameter: string): boolean {
  if (parameter === 'x-id' || parameter.toLowerCase().startsWith('x-amz-')) return true;
  return (route.needs ?? []).includes(parameter) || (route.takes ?? []).includes(parameter);
}
