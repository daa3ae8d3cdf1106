/**
 * Share tokens: a capability to read one run until a date.
 *
 *   token = run . expires . id . mac        mac = base64url(HMAC-SHA-256(key, "cxai.share/1." run . expires . id))
 *
 * It travels in the fragment of a URL, which browsers send to nobody; the page hands it in once and gets a
 * cookie for that run. `id` names the link in the deny-list, so that one link can be revoked. The same check in
 * CloudFront's own language is infra/edge/share-verify.js; tests hold the two against each other. RFC 2104, RFC 4648 §5.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { PermanentFault } from '../errors.ts';

export interface ShareClaim {
  /** 32 hexadecimal digits. */
  readonly runId: string;
  /** Seconds since 1970; from then on the token opens nothing. */
  readonly expires: number;
  /** 16 hexadecimal digits, random. */
  readonly id: string;
}

export type ShareVerdict =
  | { readonly status: 'valid'; readonly claim: ShareClaim }
  | { readonly status: 'malformed' | 'forged' | 'expired' };

export const defaultShareDays = 7;
export const longestShareDays = 30;
const secondsPerDay = 86_400;
const form = /^([0-9a-f]{32})\.([1-9]\d{0,11})\.([0-9a-f]{16})\.([\w-]{43})$/;
const keyForm = /^[0-9a-f]{64}$/;

export interface ShareRequest {
  readonly runId: string;
  readonly id: string;
  /** Seconds since 1970. */
  readonly now: number;
  /** 1 to 30; default 7. */
  readonly days?: number;
}

/** A token for one run. `keyHex` is 64 hexadecimal digits. Throws PermanentFault where the request is out of range. */
export function mintShareToken(
  keyHex: string,
  { runId, id, now, days = defaultShareDays }: ShareRequest,
): string {
  if (!(Number.isFinite(days) && days > 0 && days <= longestShareDays)) {
    throw new PermanentFault(`share: expected 1 to ${longestShareDays} days, got ${days}`, {
      code: 'share-too-long',
      remedy: 'Share again later for longer; a link can be renewed but not extended.',
    });
  }
  const token = signed(keyHex, { runId, id, expires: Math.floor(now + days * secondsPerDay) });
  if (form.test(token)) return token;
  throw new PermanentFault('share: expected a run of 32 and a link id of 16 hexadecimal digits, got others', {
    code: 'share-invalid',
  });
}

/** The deny-list is not asked here: whoever has it looks up `claim.id`. */
export function verifyShareToken(keyHex: string, token: string, now: number): ShareVerdict {
  const [, runId, expires, id, mac] = form.exec(token) ?? [];
  if (runId === undefined || expires === undefined || id === undefined) return { status: 'malformed' };
  const claim = { runId, id, expires: Number(expires) };
  if (!sameText(mac!, macOf(keyHex, claim))) return { status: 'forged' };
  return claim.expires > now ? { status: 'valid', claim } : { status: 'expired' };
}

const payload = ({ runId, expires, id }: ShareClaim): string => `${runId}.${expires}.${id}`;

const signed = (keyHex: string, claim: ShareClaim): string => `${payload(claim)}.${macOf(keyHex, claim)}`;

/** The key's hexadecimal digits are themselves the HMAC key: CloudFront's store holds text. */
function macOf(keyHex: string, claim: ShareClaim): string {
  if (!keyForm.test(keyHex)) {
    throw new PermanentFault('share: expected a key of 64 hexadecimal digits, got another', {
      code: 'share-key-invalid',
    });
  }
  const mac = hmac(sha256, utf8ToBytes(keyHex), utf8ToBytes(`cxai.share/1.${payload(claim)}`));
  return btoa(String.fromCharCode(...mac))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}

/** Compares every character, however early two texts differ. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < b.length; index += 1)
    difference |= (a.charCodeAt(index) || 0) ^ b.charCodeAt(index);
  return difference === 0;
}
