/**
 * AWS clients, made once per process. `AWS_ENDPOINT_URL` points the same code at the embedded cloud or any
 * emulator; path-style addressing is used there, since bucket names are no host names on a laptop.
 */
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';

export interface AwsSettings {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface AwsClients {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
}

/** Few: what the SDK gives up is retried by the queue, with more time between. */
const maxAttempts = 4;

export function createAwsClients(settings: AwsSettings = {}): AwsClients {
  const forcePathStyle = Boolean(settings.endpoint ?? process.env.AWS_ENDPOINT_URL);
  return {
    s3: new S3Client({ ...settings, forcePathStyle, maxAttempts }),
    sqs: new SQSClient({ ...settings, maxAttempts }),
  };
}
