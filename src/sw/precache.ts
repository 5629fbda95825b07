import { createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

/** What the build found in its output; see `vite-plugin.ts`. Empty while developing. */
export type Manifest = readonly PrecacheEntry[];

const SHELL = "/index.html";

/** Addresses that only the proxy can answer. */
const NOT_THE_SHELL = [/^\/v1\//, /^\/readyz/, /^\/demo\//];

/**
 * Answers the shell and its parts from the cache, so that the kiosk starts with the server dead.
 *
 * Only `GET` is ever answered: a `POST` goes to the network untouched, without passing through here.
 */
export function precacheShell(manifest: Manifest): void {
  precacheAndRoute([...manifest]);
  if (!manifest.some(({ url }) => isShell(url))) return;
  registerRoute(
    new NavigationRoute(createHandlerBoundToURL(SHELL), { denylist: [...NOT_THE_SHELL] }),
  );
}

function isShell(url: string): boolean {
  return `/${url.replace(/^\//, "")}` === SHELL;
}
