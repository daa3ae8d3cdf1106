/**
 * The two addresses of a share link on a laptop, as infra/edge/share-{redeem,request}.js answer them behind
 * CloudFront: the token comes in once as a header and goes out as a cookie for the files of its run alone.
 * Signature, date and deny-list are asked for every file, so a revoked link closes at once.
 */
import { refusalHeader, type ShareRefusal } from '../../shared/sharing/share-refusal.ts';
import type { ObjectStore } from '../common/object-store.ts';
import { openLink, type ShareOpening } from './share-links.ts';

/** Without CloudFront's `__Secure-`, which browsers keep for https. */
const cookieName = 'cxai-share';
const file = /^\/shared\/(runs\/([0-9a-f]{32})\/[\w./-]+)$/;
const refusal = { 'cache-control': 'no-store' };

export interface ShareAudit {
  readonly event: 'redeemed' | 'refused';
  readonly reason?: ShareRefusal;
  readonly link?: string;
  readonly runId?: string;
}

export interface ShareDoor {
  readonly results: ObjectStore;
  readonly keyHex: string;
  readonly now: () => Date;
  /** Told of every redemption and every refusal; never the token. */
  readonly audit: (entry: ShareAudit) => void;
}

/** 204 with the cookie, or 403. */
export async function redeemShare(door: ShareDoor, token: string | undefined): Promise<Response> {
  const opening = await open(door, token);
  if (opening.status !== 'valid') return refuse(door, opening.status);
  const { runId, id, expires } = opening.claim;
  const secondsLeft = Math.floor(expires - door.now().getTime() / 1000);
  door.audit({ event: 'redeemed', link: id, runId });
  const cookie = `${cookieName}=${token}; Path=/shared/runs/${runId}/; Max-Age=${secondsLeft}; HttpOnly; SameSite=Strict`;
  return new Response(null, { status: 204, headers: { ...refusal, 'set-cookie': cookie } });
}

/** The results bucket's key of the file that `path` names and the cookie opens; else 403 or 404. */
export async function sharedKey(
  door: ShareDoor,
  path: string,
  cookies: string | undefined,
): Promise<string | Response> {
  const [, key, runId] = file.exec(path) ?? [];
  if (key === undefined || path.includes('..')) return new Response(null, { status: 404, headers: refusal });
  const opening = await open(door, cookieOf(cookies));
  if (opening.status !== 'valid') return refuse(door, opening.status);
  return opening.claim.runId === runId ? key : refuse(door, 'other-run');
}

const open = async (
  { results, keyHex, now }: ShareDoor,
  token: string | undefined,
): Promise<ShareOpening | { readonly status: 'missing' }> =>
  token === undefined ? { status: 'missing' } : openLink(results, keyHex, token, now());

function refuse(door: ShareDoor, reason: ShareRefusal): Response {
  door.audit({ event: 'refused', reason });
  return new Response(null, { status: 403, headers: { ...refusal, [refusalHeader]: reason } });
}

const cookieOf = (cookies = ''): string | undefined =>
  cookies
    .split(/; */)
    .find((pair) => pair.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1);
