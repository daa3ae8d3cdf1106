/**
 * Objects of one bucket, with the outcomes this system is built on: a write-once put answers `written` or
 * `exists` (412), a compare-and-swap answers `written` or `changed`, a missing object is `undefined`.
 * Throttling, 409, 5xx and lost connections become TransientFault; the SDK has retried them by then.
 */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { TransientFault } from '../../shared/errors.ts';

export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  readonly modified: Date;
}

export interface ObjectStore {
  read(key: string): Promise<StoredObject | undefined>;
  /** Size in bytes; undefined where there is no such object. */
  size(key: string): Promise<number | undefined>;
  writeOnce(key: string, body: Uint8Array | string, contentType: string): Promise<'written' | 'exists'>;
  /** Replaces the version `etag`, or creates the object where `etag` is undefined. */
  swap(
    key: string,
    body: string,
    contentType: string,
    etag: string | undefined,
  ): Promise<'written' | 'changed'>;
  /** `encoding` says that the body is stored compressed. */
  write(key: string, body: Uint8Array | string, contentType: string, encoding?: 'br'): Promise<void>;
  remove(key: string): Promise<void>;
  list(prefix: string): AsyncIterable<ObjectInfo>;
}

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

/** An empty string would count as "no body" and its length as unknown. */
const bytesOf = (body: Uint8Array | string): Uint8Array =>
  typeof body === 'string' ? Buffer.from(body) : body;

function transient(operation: string, error: unknown): TransientFault {
  const name = error instanceof Error ? error.name : 'unknown';
  return new TransientFault(
    `object store: ${operation} failed (${name}, status ${statusOf(error) ?? 'none'})`,
    {
      code: 'object-store-unavailable',
      cause: error,
    },
  );
}

export function createObjectStore(client: S3Client, bucket: string): ObjectStore {
  /** 412 answers `onConflict`; 409 (a concurrent conditional write) is retried here, since the SDK does not. */
  async function conditionalPut<T>(
    input: { key: string; body: Uint8Array | string; contentType: string; etag: string | undefined },
    onConflict: T,
  ): Promise<'written' | T> {
    const condition = input.etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: input.etag };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: input.key,
            Body: bytesOf(input.body),
            ContentType: input.contentType,
            ...condition,
          }),
        );
        return 'written';
      } catch (error) {
        if (statusOf(error) === 412) return onConflict;
        if (statusOf(error) !== 409 || attempt === 8) throw transient('conditional put', error);
        await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** attempt));
      }
    }
  }

  return {
    async read(key) {
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return { bytes: await answer.Body!.transformToByteArray(), etag: answer.ETag! };
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw transient('get', error);
      }
    },
    async size(key) {
      try {
        return (await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ContentLength ?? 0;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw transient('head', error);
      }
    },
    writeOnce: (key, body, contentType) =>
      conditionalPut({ key, body, contentType, etag: undefined }, 'exists' as const),
    swap: (key, body, contentType, etag) =>
      conditionalPut({ key, body, contentType, etag }, 'changed' as const),
    async write(key, body, contentType, encoding) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: bytesOf(body),
            ContentType: contentType,
            ContentEncoding: encoding,
          }),
        );
      } catch (error) {
        throw transient('put', error);
      }
    },
    async remove(key) {
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      } catch (error) {
        throw transient('delete', error);
      }
    },
    async *list(prefix) {
      let token: string | undefined;
      do {
        const page = await client
          .send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }))
          .catch((error: unknown) => {
            throw transient('list', error);
          });
        for (const object of page.Contents ?? []) {
          yield { key: object.Key!, size: object.Size ?? 0, modified: object.LastModified ?? new Date(0) };
        }
        token = page.NextContinuationToken;
      } while (token);
    },
  };
}
