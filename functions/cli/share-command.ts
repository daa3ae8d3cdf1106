/**
 * `cxai share RUN`, `cxai share list`, `cxai share revoke ID`: links that open one run until a date. The token stands
 * in the link's fragment, which browsers send to nobody, and is shown once: it is kept nowhere.
 */
import { PermanentFault } from '../../shared/errors.ts';
import { auditShare, loadSecrets } from '../local/local-state.ts';
import { listLinks, mintLink, revokeLink, type ShareLink } from '../share/share-links.ts';
import { connect, type Installation } from './installation.ts';
import type { Output } from './output.ts';

export const shareAddress = (site: string, token: string): string => `${site}share/#${token}`;

export async function shareCommand(
  runId: string,
  { state, days }: { readonly state: string; readonly days: number },
  output: Output,
): Promise<void> {
  const installation = await connect(state);
  const site = siteOf(installation);
  const keyHex = await shareKeyOf(installation, state);
  const { token, record } = await mintLink(installation.results, { keyHex, runId, days, now: new Date() });
  await audit(installation, state, { event: 'minted', link: record.id, runId, expiresAt: record.expiresAt });
  const link = shareAddress(site, token);
  output.result(link, { ...record, link });
  output.note(`opens this one run until ${day(record.expiresAt)}; to end it: cxai share revoke ${record.id}`);
}

export async function shareListCommand(state: string, output: Output): Promise<void> {
  const links = await listLinks((await connect(state)).results, new Date());
  for (const link of links) output.result(linkLine(link), link);
  if (links.length === 0) output.note('no links yet: cxai share RUN');
}

export async function shareRevokeCommand(id: string, state: string, output: Output): Promise<void> {
  const installation = await connect(state);
  const deny = installation.where === 'aws' ? denyInAws : undefined;
  const { runId } = await revokeLink(installation.results, id, new Date(), deny);
  await audit(installation, state, { event: 'revoked', link: id, runId });
  output.result(`revoked ${id}: it opens run ${runId} no longer`, { id, runId, status: 'revoked' });
}

const day = (time: string): string => time.slice(0, 16).replace('T', ' ');

const linkLine = ({ id, runId, status, createdAt, expiresAt }: ShareLink): string =>
  `${id}  ${status.padEnd(7)}  run ${runId}  made ${day(createdAt)}  until ${day(expiresAt)}`;

function siteOf({ site }: Installation): string {
  if (site) return site;
  throw new PermanentFault('share: expected the address of the site in CXAI_SITE, got none', {
    code: 'site-unknown',
    remedy: 'Set CXAI_SITE=https://<the site’s domain>/.',
  });
}

async function shareKeyOf({ where, name }: Installation, state: string): Promise<string> {
  if (where === 'local') return (await loadSecrets(state)).shareKey;
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const { readShareKey } = await import('../share/share-key.ts');
  return readShareKey(new SecretsManagerClient(), `${name.replace('cxai-', 'cxai/')}/share-key`);
}

/** Throws PermanentFault where CXAI_SHARE_STORE does not say which store. */
export async function denyInAws(id: string): Promise<void> {
  const storeArn = process.env.CXAI_SHARE_STORE;
  if (!storeArn) {
    throw new PermanentFault('share: expected the key-value store in CXAI_SHARE_STORE, got none', {
      code: 'share-store-unknown',
      remedy: 'Set CXAI_SHARE_STORE to the output `share-store-arn` of the site stack.',
    });
  }
  const { CloudFrontKeyValueStoreClient } = await import('@aws-sdk/client-cloudfront-keyvaluestore');
  const { denyAtEdge } = await import('../share/edge-deny-list.ts');
  await denyAtEdge(new CloudFrontKeyValueStoreClient({ region: 'us-east-1' }), storeArn, id);
}

/** In AWS the writes under `shares/` are in the audit trail, with who made them. */
async function audit({ where }: Installation, state: string, entry: object): Promise<void> {
  if (where === 'local') await auditShare(state, entry);
}
