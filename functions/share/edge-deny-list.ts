/** The deny-list of share links: `revoked-<link id>` in the key-value store at the edge. */
import { TransientFault } from '../../shared/errors.ts';
import { type EdgeStoreClient, putAtEdge } from './edge-store.ts';

/** Throws TransientFault where the store did not take the entry: the link is then still open. */
export async function denyAtEdge(client: EdgeStoreClient, storeArn: string, linkId: string): Promise<void> {
  await putAtEdge(client, storeArn, { Key: `revoked-${linkId}`, Value: '1' }).catch((cause: unknown) => {
    throw new TransientFault(
      `share: expected the key-value store to take the revocation of ${linkId}, got no`,
      {
        code: 'revoke-failed',
        remedy: 'The link is still open: try again, with credentials that may write to the store.',
        cause,
      },
    );
  });
}
