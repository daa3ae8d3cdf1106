/**
 * Headers of every answer of the site, on a laptop as behind CloudFront: nothing from elsewhere runs, nothing
 * inline runs or styles, nobody frames the site, no address leaks to others, and the page is cross-origin
 * isolated (threads for the engine in the browser). https://www.w3.org/TR/CSP3/
 */

const policy: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self'",
  'img-src': "'self' blob: data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'worker-src': "'self' blob:",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

export const contentSecurityPolicy: string = Object.entries(policy)
  .map((directive) => directive.join(' '))
  .join('; ');

/** What CloudFront sets under names of its own. */
export const securityHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
} as const;

/** What CloudFront knows as custom headers. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'X-Robots-Tag': 'noindex, nofollow',
} as const;

/**
 * What a browser may keep. Built files are named by their content. Pictures and maps of a run never change, but a run can
 * be erased (`cxai forget`): an hour keeps comparing quick, and after it no browser shows what is no longer there.
 * Whatever changes may not be kept; CloudFront's copy of it is infra/edge/cache-control.js.
 */
export const cacheControl = {
  writtenOnce: 'private, max-age=31536000, immutable',
  ofRun: 'private, max-age=3600',
  changing: 'no-store',
} as const;
