import { PrecacheController } from "workbox-precaching/PrecacheController.js";
import type { PrecacheEntry } from "workbox-precaching/_types.js";

/** What the build found in its output; see `vite-plugin.ts`. Empty while developing. */
export type Manifest = readonly PrecacheEntry[];

/** Answers a request from the cache, or says nothing and leaves it to the network. */
export type AnswerFromCache = (event: FetchEvent) => Promise<Response> | undefined;

const SHELL = "/index.html";

/** Addresses that only the proxy can answer. */
const NOT_THE_SHELL = /^\/(?:v1\/|readyz|demo\/)/;

/**
 * Keeps the shell and its parts, so that the kiosk starts with the server dead.
 *
 * Workbox's controller does the keeping: by revision, what did not change is not fetched again. Its
 * router is left out, because the two rules here are shorter and the worker has a size budget.
 */
export function precacheShell(manifest: Manifest): AnswerFromCache {
  const controller = new PrecacheController();
  controller.precache([...manifest]);

  return (event) => {
    const { method, mode, url } = event.request;
    // Only what is asked for is ever answered here: a POST goes to the network untouched.
    if (method !== "GET") return undefined;
    const { origin, pathname } = new URL(url);
    if (origin !== location.origin) return undefined;
    const file = mode === "navigate" && !NOT_THE_SHELL.test(pathname) ? SHELL : pathname;
    if (controller.getCacheKeyForURL(file) === undefined) return undefined;
    return controller.createHandlerBoundToURL(file)({
      url: new URL(url),
      request: event.request,
      event,
    });
  };
}
