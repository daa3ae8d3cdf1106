// CloudFront viewer-request function of `shared/*`: files of one run, for whoever holds its cookie. Expiry and
// deny-list are asked at every request, so a revoked link closes within seconds.

const file = /^\/shared(\/runs\/([0-9a-f]{32})\/[\w./-]+)$/;

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
async function handler(event) {
  const request = event.request;
  const parts = file.exec(request.uri);
  if (!parts || request.uri.includes('..')) return answer(404, 'Not Found');
  const cookie = request.cookies[cookieName];
  const share = cookie ? await opened(cookie.value) : { refused: 'missing' };
  if (share.refused) return refuse(share.refused);
  if (share.run !== parts[2]) return refuse('other-run');
  request.uri = parts[1];
  request.querystring = {};
  return request;
}
