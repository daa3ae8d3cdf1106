/** Everything the handlers of one running cloud share. */
import type { Faults } from './faults.ts';
import type { BucketStore } from './s3/bucket-store.ts';
import type { ObjectStore } from './s3/object-store.ts';
import type { UploadStore } from './s3/upload-store.ts';
import type { MessageStore } from './sqs/message-store.ts';
import type { QueueStore } from './sqs/queue-store.ts';
import type { BlobStore } from './storage/blob-store.ts';
import type { Database } from './storage/database.ts';

export interface Cloud {
  readonly region: string;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly buckets: BucketStore;
  readonly objects: ObjectStore;
  readonly uploads: UploadStore;
  readonly queues: QueueStore;
  readonly messages: MessageStore;
  readonly faults: Faults;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
