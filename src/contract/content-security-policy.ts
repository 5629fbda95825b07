/**
 * The policy every answer of the kiosk listener carries.
 *
 * Cached answers keep their headers, so a changed policy must change the revision under which
 * `index.html` is precached: the service worker's build mixes this text into it.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types tarjeta",
].join("; ");
