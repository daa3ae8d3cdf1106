/**
 * The deny-list that CloudFront asks for every shared file: `revoked-<link id>` in the key-value store
 * (infra/edge/share-verify.js). An entry reaches every edge location within seconds.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions-kvp.html
 */
import {
  type CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  PutKeyCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore';
import { TransientFault } from '../../shared/errors.ts';
// The store's API takes multi-region signatures only; loading this is what teaches the client to make them.
import '@aws-sdk/signature-v4a';

const attempts = 5;

/** Throws TransientFault where the store did not take the entry: the link is then still open. */
export async function denyAtEdge(
  client: Pick<CloudFrontKeyValueStoreClient, 'send'>,
  storeArn: string,
  linkId: string,
): Promise<void> {
  let cause: unknown;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const { ETag } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN: storeArn }));
      const entry = { Key: `revoked-${linkId}`, Value: '1' };
      await client.send(new PutKeyCommand({ KvsARN: storeArn, IfMatch: ETag, ...entry }));
      return;
    } catch (error) {
      cause = error;
      // Somebody else changed the store in between: its tag is another now.
      if ((error as { name?: string }).name !== 'ConflictException') break;
    }
  }
  throw new TransientFault(
    `share: expected the key-value store to take the revocation of ${linkId}, got no`,
    {
      code: 'revoke-failed',
      remedy: 'The link is still open: try again, with credentials that may write to the store.',
      cause,
    },
  );
}
