/**
 * Uploads named by one SQS message: S3's direct notifications (keys URL-encoded, space as `+`), EventBridge's
 * form (keys plain), the `s3:TestEvent` without records, several records in one body.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
import { z } from 'zod';
import { PermanentFault } from '../../shared/errors.ts';
import { dropPrefix } from '../../shared/manifest/keys.ts';

export interface Upload {
  readonly key: string;
  readonly etag: string;
  readonly sequencer: string;
  readonly size: number;
}

const objectSchema = z.object({
  key: z.string(),
  size: z.number().default(0),
  eTag: z.string().optional(),
  etag: z.string().optional(),
  sequencer: z.string().default(''),
});

const directSchema = z.object({
  Records: z.array(z.object({ eventName: z.string(), s3: z.object({ object: objectSchema }) })),
});

const eventBridgeSchema = z.object({ 'detail-type': z.string(), detail: z.object({ object: objectSchema }) });
const testEventSchema = z.object({ Event: z.literal('s3:TestEvent') });

const upload = (object: z.infer<typeof objectSchema>, key: string): Upload => ({
  key,
  etag: object.eTag ?? object.etag ?? '',
  sequencer: object.sequencer,
  size: object.size,
});

/** Throws PermanentFault where the body is no S3 event at all. */
export function uploadsOf(body: string): Upload[] {
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch (cause) {
    throw new PermanentFault('ingest event: expected JSON', { code: 'event-invalid', cause });
  }
  if (testEventSchema.safeParse(event).success) return [];
  const direct = directSchema.safeParse(event);
  if (direct.success) {
    return direct.data.Records.filter((record) => /ObjectCreated/.test(record.eventName)).map(({ s3 }) =>
      upload(s3.object, decodeURIComponent(s3.object.key.replaceAll('+', ' '))),
    );
  }
  const bridged = eventBridgeSchema.safeParse(event);
  if (bridged.success) return [upload(bridged.data.detail.object, bridged.data.detail.object.key)];
  throw new PermanentFault('ingest event: expected an S3 notification, got another message', {
    code: 'event-invalid',
  });
}

/** `drop/{model}/{file}`: null where the key lies elsewhere or no model folder is named. */
export function modelOfKey(key: string): string | null {
  const [model, ...file] = key.slice(dropPrefix.length).split('/');
  return key.startsWith(dropPrefix) && model && file.length > 0 ? model : null;
}
