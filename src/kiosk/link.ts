import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import type { HeartbeatReceipt } from "../contract/heartbeat.ts";
import type { Device } from "../contract/update.ts";
import { FLUSH_CHANNEL, type FlushBroadcast } from "../contract/worker-message.ts";
import type { Clock } from "../domain/clock.ts";
import type { SegmentClock } from "../outbox/clock-segments.ts";
import type { Database } from "../outbox/connection.ts";
import { createFlush } from "../outbox/flush.ts";
import { createIdbOwed } from "../outbox/idb-owed.ts";
import { createIdbHolds, type Holds } from "../outbox/idb-holds.ts";
import type { IdbOutbox } from "../outbox/idb-outbox.ts";
import type { Identity } from "../outbox/identity.ts";
import { createIngestClient } from "../outbox/ingest-client.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import { webLock } from "../outbox/lock.ts";
import { createPause } from "../outbox/pause.ts";
import { readSealedTo } from "../outbox/sealed-to.ts";
import { createSignedFetch } from "../outbox/signed-fetch.ts";
import { openByItself, type ByItselfDeps } from "./by-itself/open-by-itself.ts";
import { createDelivery } from "./delivery.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { createStanding } from "./standing.ts";
import type { NetworkGate } from "./network-gate.ts";
import { releaseHeld } from "./release-held.ts";
import type { VisitSession } from "./visit-session.ts";
import { createWorkerBridge } from "./worker-bridge.ts";

export { openCameraWorker } from "./camera/open-camera-worker.ts";

export interface LinkDeps {
  readonly clock: Clock;
  readonly segments: SegmentClock;
  readonly newId: () => string;
  readonly database: Database;
  readonly outbox: IdbOutbox;
  readonly kept: KeptStore;
  readonly gate: NetworkGate;
  readonly device: Device;
  /** As the page started with it; nothing while the database did not open. */
  readonly identity: Identity | undefined;
  readonly appVersion: string;
  /** Updates owed, kept up to date from here on. */
  readonly depth: Signal<number>;
  /** Whether the browser may be asked to wake the worker: what it promised, nobody can take back. */
  readonly mayBeWoken: boolean;
  readonly reload: () => void;
  readonly session: Pick<VisitSession, "refusedScans"> & ByItselfDeps["session"];
  readonly broken: ByItselfDeps["broken"];
  readonly cameraState: ByItselfDeps["cameraState"];
  readonly onReceipt: (receipt: HeartbeatReceipt) => void;
  readonly onError: (error: unknown) => void;
}

/** The kiosk's line to its proxy: what is owed goes out on it, and the kiosk says that it lives. */
export interface Link {
  /** Asks the proxy for something, as this kiosk. */
  readonly get: (path: string) => Promise<Response>;
  /** Known to be down, by the last thing that was tried. */
  readonly isDown: ReadonlySignal<boolean>;
  readonly added: () => void;
  /** What lets a shopper take a visit back, on the same outbox. */
  readonly holds: Holds;
  /** Less is owed than was, and nothing was sent. */
  readonly recount: () => void;
  readonly setCut: (cut: boolean) => void;
  /** Nobody is in the middle of anything: a new version of the app may take over. */
  readonly setIdle: (idle: boolean) => void;
  /** `justPaired`: what the queue was resting for was an earlier key's trouble. */
  readonly start: (justPaired: boolean) => void;
}

/** Ours: a page that is never idle sends all the same. */
const SOON_MS = 500;

/** Ours: half an hour, a fifth more or less, so that a chain does not ask as one. */
function updateLookMs(random: number): number {
  return 1_800_000 * (0.8 + 0.4 * random);
}

export function createLink(deps: LinkDeps): Link {
  const { clock, segments, newId, outbox, kept, gate, device, depth, onError } = deps;
  const holds = createIdbHolds(deps.database);
  const owed = createIdbOwed({ database: deps.database, newId });
  const random = (): number => Math.random();
  const channel = new BroadcastChannel(FLUSH_CHANNEL);
  const failed = signal(!navigator.onLine);
  const timer = (work: () => void, delayMs: number) => {
    const id = setTimeout(work, delayMs);
    return () => clearTimeout(id);
  };
  const byItself = openByItself({
    ...deps,
    reading: segments.reading,
    owed,
    beginAgain: () => bridge.beginAgain(),
  });
  const bridge = createWorkerBridge({
    reload: deps.reload,
    monoMs: clock.monoMs,
    policy: byItself.updatePolicy,
    isFlushing: byItself.isFlushing,
    timer,
  });

  const standing = createStanding({ ...deps, onRevoked: bridge.beginAgain });
  const signedFetch = createSignedFetch({
    fetch: gate.fetch,
    key: standing.identity,
    kept,
    clock,
    newNonce: newId,
  });

  const delivery = createDelivery({
    outbox,
    clock,
    device: () => device,
    reading: segments.reading,
    flush: createFlush({
      outbox: owed,
      client: createIngestClient({ fetch: signedFetch, clock, newNonce: newId }),
      lock: webLock(navigator.locks),
      pause: createPause({ kept, clock, random }),
      clock,
      random,
    }),
    broadcast: (report) =>
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is one origin's
      channel.postMessage({ type: "FLUSHED", by: "page", report } satisfies FlushBroadcast),
    // While the demo has cut the network the worker is not asked: it has a line of its own.
    post: (message) => !gate.isCut.peek() && bridge.post(message),
    registerSync: async () => {
      if (deps.mayBeWoken) await bridge.registerSync();
    },
    timer,
    soon: (work) => void requestIdleCallback(work, { timeout: SOON_MS }),
    onError,
  });

  const heartbeat = createHeartbeat({
    outbox: { ...outbox, ...owed },
    sealedTo: () => readSealedTo(deps.database),
    clock,
    fetch: async (url, init) => {
      const answer = await signedFetch(url, init).catch((error: unknown) => {
        failed.value = true;
        throw error;
      });
      failed.value = !answer.ok;
      if (!answer.ok) standing.refused(answer.clone()).catch(onError);
      return answer;
    },
    device: () => device,
    reading: segments.reading,
    newNonce: newId,
    appVersion: deps.appVersion,
    storagePersisted: () => navigator.storage.persisted(),
    refusedScans: deps.session.refusedScans,
    health: byItself.health,
    random,
    timer,
    onReceipt(receipt) {
      standing.heard(receipt.proxyTimeMs, signedFetch).catch(onError);
      deps.onReceipt(receipt);
    },
    onOwedAgain: () => void delivery.start().catch(onError),
    onError,
  });

  delivery.subscribe((state) => {
    depth.value = state.depth;
    // A proxy that was away may have been put back to yesterday: it is told soon what is kept here.
    if (state.link === "up" && failed.peek()) heartbeat.start();
    if (state.link !== "unknown") failed.value = state.link === "down";
  });

  return {
    get: (path) => signedFetch(path, { method: "GET", cache: "no-store" }),
    isDown: computed(() => failed.value || gate.isCut.value),
    added: delivery.added,
    holds,
    recount: () => void delivery.recount().catch(onError),
    setCut(cut) {
      gate.setCut(cut);
      if (!cut) delivery.request("online");
    },
    setIdle: bridge.setIdle,
    start(justPaired) {
      channel.addEventListener("message", ({ data }: MessageEvent<FlushBroadcast>) =>
        delivery.reported(data.report),
      );
      for (const touch of ["pointerdown", "keydown"]) {
        window.addEventListener(touch, bridge.touched, { capture: true, passive: true });
      }
      window.addEventListener("online", () => {
        failed.value = false;
        delivery.request("online");
      });
      window.addEventListener("offline", () => (failed.value = true));
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") delivery.request("resumed");
      });
      bridge.register().catch(onError);
      // One that is not reached is looked at again half an hour later.
      setInterval(
        () => void bridge.checkForUpdate().catch(() => undefined),
        updateLookMs(random()),
      );
      releaseHeld(holds, segments.reading().segment)
        .catch(onError)
        .then(() => delivery.start(justPaired))
        .catch(onError);
      heartbeat.start();
    },
  };
}
