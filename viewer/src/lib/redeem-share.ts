/**
 * Hands in the token of a share link, once, for a cookie that opens the files of its run. The token travels as a
 * header: addresses stand in logs and histories. The server alone decides; the form is looked at here first, so
 * that a link cut short in a mail is told from a forged one without asking.
 */
import { refusalHeader, shareHeader } from '../../../shared/sharing/share-refusal.ts';
import type { LoadFailure } from './fetch-json.ts';
import { shareFailure } from './share-failure.ts';

/** `run . expires . id . mac`, shared/sharing/share-token.ts. */
const form = /^([0-9a-f]{32})\.\d{1,12}\.[0-9a-f]{16}\.[\w-]{43}$/;

export type Redemption =
  | { readonly kind: 'opened'; readonly runId: string }
  /** `passing`: the same token may open later. */
  | { readonly kind: 'failed'; readonly failure: LoadFailure; readonly passing: boolean };

/** The token in the fragment of a share link; null where it holds something else, as after it was redeemed. */
export function tokenIn(fragment: string): string | null {
  const text = fragment.replace(/^#/, '');
  return text === '' || text.includes('=') ? null : text;
}

/** `door` is the address of `share/redeem`. Never throws. */
export async function redeemShare(
  door: string,
  token: string,
  get: typeof fetch = fetch,
): Promise<Redemption> {
  const runId = form.exec(token)?.[1];
  if (runId === undefined) return failed('malformed', 'expected run.expiry.link.signature', false);
  let response: Response;
  try {
    response = await get(door, { headers: { [shareHeader]: token }, cache: 'no-store', redirect: 'error' });
  } catch (cause) {
    return failed('unreachable', String(cause), true);
  }
  if (response.status === 204) return { kind: 'opened', runId };
  if (response.status === 403) {
    return failed(response.headers.get(refusalHeader) ?? 'closed', 'status 403', false);
  }
  // Where sharing is off there is no such door: a static host answers 404.
  return response.status === 404
    ? failed('closed', 'status 404', false)
    : failed('unreachable', `status ${response.status}`, true);
}

const failed = (reason: string, detail: string, passing: boolean): Redemption => ({
  kind: 'failed',
  failure: shareFailure(reason, detail),
  passing,
});
