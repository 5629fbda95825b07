import { Workbox } from "workbox-window";
import { SYNC_TAG, type PageMessage } from "../contract/worker-message.ts";
import { updateWaitMs, type UpdatePolicy } from "./by-itself/update-wait.ts";
import { SERVICE_WORKER, trustedScriptUrl } from "./script-urls.ts";

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
  /** Somebody touched the kiosk, wherever. */
  readonly touched: () => void;
  /** Loads the page anew as soon as nobody stands there. */
  readonly beginAgain: () => void;
}

export interface WorkerBridgeDeps {
  /** Loads the page anew; called at most once in a page's life. */
  readonly reload: () => void;
  readonly monoMs: () => number;
  /** How long a new version waits for its moment. */
  readonly policy: () => UpdatePolicy;
  /** Whether what is owed is on its way. */
  readonly isFlushing: () => Promise<boolean>;
  /** Calls back once after `delayMs`; the returned function takes it back. */
  readonly timer: (work: () => void, delayMs: number) => () => void;
}

/** With Background Sync, which TypeScript's libraries do not know. */
type SyncingRegistration = ServiceWorkerRegistration & {
  readonly sync?: { readonly register: (tag: string) => Promise<void> };
};

export function createWorkerBridge(deps: WorkerBridgeDeps): WorkerBridge {
  const { reload, monoMs } = deps;
  const container = "serviceWorker" in navigator ? navigator.serviceWorker : undefined;
  let workbox: Workbox | undefined;
  let registration: SyncingRegistration | undefined;
  let controlled = container !== undefined && container.controller !== null;
  /** Since when nobody is there; a page that nobody has touched yet has been idle for ever. */
  let idleSinceMs: number | undefined;
  let isUnused = true;
  /** Since when a new version waits. */
  let waitingSinceMs: number | undefined;
  let cancelLook = (): void => undefined;
  /** The page's parts belong to a version that no longer runs, or to a key that was revoked. */
  let outdated = false;
  let reloaded = false;

  const settle = (): void => {
    cancelLook();
    if (idleSinceMs === undefined) return;
    if (outdated && !reloaded) {
      reloaded = true;
      reload();
    } else if (waitingSinceMs !== undefined) {
      void takeOver();
    }
  };

  const takeOver = async (): Promise<void> => {
    const isFlushing = await deps.isFlushing().catch(() => false);
    if (waitingSinceMs === undefined) return;
    const now = { nowMs: monoMs(), sinceMs: waitingSinceMs, idleSinceMs, isFlushing };
    const waitMs = updateWaitMs(now, deps.policy());
    cancelLook();
    if (waitMs === undefined) return;
    if (waitMs > 0) {
      cancelLook = deps.timer(settle, waitMs);
      return;
    }
    waitingSinceMs = undefined;
    workbox?.messageSkipWaiting();
  };

  return {
    async register() {
      if (container === undefined) throw new Error("this browser has no service worker");
      workbox = new Workbox(trustedScriptUrl(SERVICE_WORKER), { updateViaCache: "none" });
      workbox.addEventListener("waiting", () => {
        waitingSinceMs ??= monoMs();
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
    setIdle(idle) {
      if (idle) idleSinceMs ??= isUnused ? -Infinity : monoMs();
      else {
        idleSinceMs = undefined;
        isUnused = false;
      }
      settle();
    },
    touched() {
      isUnused = false;
      if (idleSinceMs !== undefined) idleSinceMs = monoMs();
    },
    beginAgain() {
      outdated = true;
      settle();
    },
  };
}
