/** The service worker's address; every kiosk in the field asks for this one. */
export const SERVICE_WORKER = "/sw.js";

/** The camera's worker, as the build names it, or while developing its source. */
const CAMERA_WORKER = /^\/(?:assets|src\/camera)\/camera-worker[\w.-]*(?:\?[\w&=]*)?$/;

/** Trusted Types; TypeScript's libraries may not know them. */
interface TrustedTypesFactory {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ) => { readonly createScriptURL: (url: string) => string };
}

/** The only addresses a worker may be loaded from, under the page's policy, of which there is one. */
let policy: { readonly createScriptURL: (url: string) => string } | undefined;

/** Throws for any address but these. */
export function trustedScriptUrl(url: string): string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypesFactory };
  if (trustedTypes === undefined) return known(url);
  policy ??= trustedTypes.createPolicy("tarjeta", { createScriptURL: known });
  return policy.createScriptURL(url);
}

function known(url: string): string {
  if (url === SERVICE_WORKER || CAMERA_WORKER.test(url)) return url;
  throw new TypeError(`no script is loaded from ${url}`);
}
