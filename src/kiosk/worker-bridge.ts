import { Workbox } from "workbox-window";
import { SYNC_TAG, type PageMessage } from "../contract/worker-message.ts";

/** The page's side of the service worker: registered, spoken to, replaced when nobody is there. */
export interface WorkerBridge {
  /** Resolves once registered. Rejects where there can be none; the page then works alone. */
  readonly register: () => Promise<void>;
  /** Gives the message to the active worker, without waiting; says whether there is one. */
  readonly post: (message: PageMessage) => boolean;
  /** Rejects where Background Sync is missing or denied. */
  readonly registerSync: () => Promise<void>;
  /** Looks for a new version of the app. */
  readonly checkForUpdate: () => Promise<void>;
  /** Says whether somebody stands in front of the kiosk: a new version waits until nobody does. */
  readonly setIdle: (idle: boolean) => void;
  /** Loads the page anew as soon as nobody stands there. */
  readonly beginAgain: () => void;
}

export interface WorkerBridgeDeps {
  /** Loads the page anew; called at most once in a page's life. */
  readonly reload: () => void;
}

const SCRIPT = "/sw.js";

/** With Background Sync, which TypeScript's libraries do not know. */
type SyncingRegistration = ServiceWorkerRegistration & {
  readonly sync?: { readonly register: (tag: string) => Promise<void> };
};

/** Trusted Types; TypeScript's libraries may not know them. */
interface TrustedTypesFactory {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ) => { readonly createScriptURL: (url: string) => string };
}

export function createWorkerBridge({ reload }: WorkerBridgeDeps): WorkerBridge {
  const container = "serviceWorker" in navigator ? navigator.serviceWorker : undefined;
  let workbox: Workbox | undefined;
  let registration: SyncingRegistration | undefined;
  let controlled = container !== undefined && container.controller !== null;
  let idle = false;
  let waiting = false;
  /** The page's parts belong to a version that no longer runs, or to a key that was revoked. */
  let outdated = false;
  let reloaded = false;

  const settle = (): void => {
    if (!idle) return;
    if (outdated && !reloaded) {
      reloaded = true;
      reload();
    } else if (waiting) {
      waiting = false;
      workbox?.messageSkipWaiting();
    }
  };

  return {
    async register() {
      if (container === undefined) throw new Error("this browser has no service worker");
      workbox = new Workbox(scriptUrl(), { updateViaCache: "none" });
      workbox.addEventListener("waiting", () => {
        waiting = true;
        settle();
      });
      workbox.addEventListener("controlling", () => {
        // The first worker of a page that had none brings nothing new. Workbox's own `isUpdate`
        // is about the time of registration, and misses an update in a kiosk's first page life.
        outdated = controlled;
        controlled = true;
        settle();
      });
      registration = await workbox.register({ immediate: true });
    },
    post(message) {
      const worker = registration?.active ?? container?.controller;
      if (worker === null || worker === undefined) return false;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no other
      worker.postMessage(message);
      return true;
    },
    async registerSync() {
      if (registration?.sync === undefined) throw new Error("this browser has no Background Sync");
      await registration.sync.register(SYNC_TAG);
    },
    async checkForUpdate() {
      await registration?.update();
    },
    setIdle(now) {
      idle = now;
      settle();
    },
    beginAgain() {
      outdated = true;
      settle();
    },
  };
}

/** The one address a worker may be loaded from, under the page's policy. */
function scriptUrl(): string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypesFactory };
  if (trustedTypes === undefined) return SCRIPT;
  const policy = trustedTypes.createPolicy("tarjeta", {
    createScriptURL(url) {
      if (url !== SCRIPT) throw new TypeError(`no script is loaded from ${url}`);
      return url;
    },
  });
  return policy.createScriptURL(SCRIPT);
}
