/**
 * The key-value store that CloudFront asks for every shared file (infra/edge/share-verify.js): the signing key under
 * `key`, and the deny-list. An entry reaches every edge location within seconds.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-kvp.html
 */
import {
  type CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  PutKeyCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore';
// The store's API takes multi-region signatures only; loading this is what teaches the client to make them.
import '@aws-sdk/signature-v4a';

export type EdgeStoreClient = Pick<CloudFrontKeyValueStoreClient, 'send'>;

const attempts = 5;

/** Rejects with what the store said last, where it did not take the entry. */
export async function putAtEdge(
  client: EdgeStoreClient,
  storeArn: string,
  entry: { readonly Key: string; readonly Value: string },
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { ETag } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN: storeArn }));
      await client.send(new PutKeyCommand({ KvsARN: storeArn, IfMatch: ETag, ...entry }));
      return;
    } catch (error) {
      // Somebody else changed the store in between: its tag is another now.
      if ((error as { name?: string }).name !== 'ConflictException' || attempt === attempts) throw error;
    }
  }
}
