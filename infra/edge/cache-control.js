// CloudFront viewer-response function: what is written once may be kept, everything that still changes may not.
// It is not called for errors, so that "not there yet" is never kept.

const immutable =
  /^\/(_astro\/.+|((data|shared)\/)?runs\/[0-9a-f]{32}\/(?!manifest\.json$).+|(data\/)?index\/page-\d{6}\.json)$/;

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const response = event.response;
  const value = immutable.test(event.request.uri) ? 'private, max-age=31536000, immutable' : 'no-store';
  response.headers['cache-control'] = { value: value };
  return response;
}
