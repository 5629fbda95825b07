/**
 * The policy every answer of the kiosk listener carries, but for one script.
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

/**
 * The policy of the camera's worker, on its script alone: it compiles WebAssembly, and asks this origin for
 * that. The page never may.
 */
export const CAMERA_WORKER_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");
