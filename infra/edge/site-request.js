// CloudFront viewer-request function of the site's pages: only the hospital's networks; a folder is its index.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const request = event.request;
  if (!admitted(event.viewer.ip)) return refuse(403, 'Forbidden');
  if (request.uri.endsWith('/')) request.uri += 'index.html';
  return request;
}
