// CloudFront viewer-response function: what a browser may keep, as shared/sharing/site-headers.ts says and why.
// It is not called for errors, so that "not there yet" is never kept.

const builtFile = /^\/_astro\/.+/;
const fileOfRun = /^\/((data|shared)\/)?runs\/[0-9a-f]{32}\/(?!manifest\.json$).+/;

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const response = event.response;
  response.headers['cache-control'] = { value: lifetime(event.request.uri) };
  return response;
}

function lifetime(uri) {
  if (builtFile.test(uri)) return 'private, max-age=31536000, immutable';
  return fileOfRun.test(uri) ? 'private, max-age=3600' : 'no-store';
}
