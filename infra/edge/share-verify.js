// Part of the CloudFront functions of share links: the check of shared/sharing/share-token.ts and the deny-list.
// The key-value store holds `key` (64 hex digits) and a `revoked-<link id>` or `revoked-<run>` for each refusal;
// without a key nothing is open. Runtime cloudfront-js-2.0.
import cf from 'cloudfront';
// biome-ignore lint/style/useNodejsImportProtocol: CloudFront knows it by this name only
import crypto from 'crypto';

const store = cf.kvs();
// biome-ignore lint/correctness/noUnusedVariables: used by the functions this stands in front of
const cookieName = '__Secure-cxai-share';
const form = /^([0-9a-f]{32})\.([1-9]\d{0,11})\.([0-9a-f]{16})\.([\w-]{43})$/;

function sameText(a, b) {
  let difference = a.length ^ b.length;
  for (let index = 0; index < b.length; index += 1) difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
}

// `run`, `link` and `secondsLeft` of a token that opens a run now, else `refused` with the reason: one of the library's
// verdicts, revoked, or closed where the store does not answer. Fails closed.
// biome-ignore lint/correctness/noUnusedVariables: called by the functions this stands in front of
async function opened(token) {
  const parts = form.exec(token);
  if (!parts) return { refused: 'malformed' };
  const run = parts[1];
  const secondsLeft = Number(parts[2]) - Date.now() / 1000;
  try {
    const key = await store.get('key');
    const text = `cxai.share/1.${run}.${parts[2]}.${parts[3]}`;
    if (!sameText(parts[4], crypto.createHmac('sha256', key).update(text).digest('base64url'))) {
      return { refused: 'forged' };
    }
    if (secondsLeft <= 0) return { refused: 'expired' };
    if (await store.exists(`revoked-${parts[3]}`)) return { refused: 'revoked' };
    if (await store.exists(`revoked-${run}`)) return { refused: 'revoked' };
  } catch (_) {
    return { refused: 'closed' };
  }
  return { run: run, link: parts[3], secondsLeft: Math.floor(secondsLeft) };
}

// Why, for the page's words: whoever holds the token learns nothing from it about any other.
// biome-ignore lint/correctness/noUnusedVariables: called by the functions this stands in front of
function refuse(reason) {
  const response = answer(403, 'Forbidden');
  response.headers['x-cxai-refused'] = { value: reason };
  return response;
}

function answer(statusCode, statusDescription) {
  return {
    statusCode: statusCode,
    statusDescription: statusDescription,
    headers: { 'cache-control': { value: 'no-store' } },
  };
}
