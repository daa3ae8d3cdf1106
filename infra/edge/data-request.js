// CloudFront viewer-request function of `data/*`: only the hospital's networks, only what the site reads, and
// `/data` taken off, since the results bucket knows nothing of it. So nobody can list the bucket.

const readable =
  /^\/(index\.json|index\/page-\d{6}\.json|models\/[a-z0-9-]+\/[\w.-]+|studies\/(?:index|[a-z0-9-]+\/report)\.json|runs\/[0-9a-f]{32}\/[\w./-]+)$/;

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const request = event.request;
  if (!admitted(event.viewer.ip)) return refuse(403, 'Forbidden');
  const key = request.uri.replace(/^\/data/, '');
  if (!readable.test(key) || key.includes('..')) return refuse(404, 'Not Found');
  request.uri = key;
  request.querystring = {};
  return request;
}
