// CloudFront viewer-request function of `share/redeem`: the page hands in the token of its fragment as a header,
// once, and gets a cookie for that run's files alone. The token never stands in a URL, so in no log either; who was let
// in by which link does: CloudFront writes this line to CloudWatch Logs.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
async function handler(event) {
  const header = event.request.headers['x-cxai-share'];
  const share = header ? await opened(header.value) : { refused: 'missing' };
  if (share.refused) return refuse(share.refused);
  console.log(JSON.stringify({ event: 'redeemed', link: share.link, run: share.run }));
  const response = answer(204, 'No Content');
  response.cookies = {};
  response.cookies[cookieName] = {
    value: header.value,
    attributes: `Path=/shared/runs/${share.run}/; Max-Age=${share.secondsLeft}; Secure; HttpOnly; SameSite=Strict`,
  };
  return response;
}
