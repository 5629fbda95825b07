import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { isCheckCard } from "../contract/check-card.ts";
import type { HeartbeatReceipt } from "../contract/heartbeat.ts";
import type { Device } from "../contract/update.ts";
import {
  FLUSH_CHANNEL,
  type FlushBroadcast,
  type FlushReport,
} from "../contract/worker-message.ts";
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
import { createSignedFetch, type SignedFetch } from "../outbox/signed-fetch.ts";
import type { KeyboardWedge } from "../scanner/keyboard-wedge.ts";
import type { ScannerEvent } from "../scanner/scanner.ts";
import { oldestOwedMs } from "./by-itself/oldest-owed.ts";
import { openByItself, type ByItselfDeps } from "./by-itself/open-by-itself.ts";
import { updateLookMs } from "./by-itself/update-wait.ts";
import { createDelivery } from "./delivery.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { createStanding } from "./standing.ts";
import type { CheckCard, CheckCardDeps } from "./check-card/open-check-card.tsx";
import type { CheckRead } from "./check-card/look.ts";
import type { NetworkGate } from "./network-gate.ts";
import { releaseHeld } from "./release-held.ts";
import type { BackOffice, Contact } from "./staff/back-office.ts";
import type { VisitSession } from "./visit-session.ts";
import { readWays } from "./wedge-ways.ts";
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
  readonly scanner: KeyboardWedge;
  readonly device: Device;
  /** As the page started with it; nothing while the database did not open. */
  readonly identity: Identity | undefined;
  readonly appVersion: string;
  /** Updates owed, kept up to date from here on. */
  readonly depth: Signal<number>;
  /** Whether the browser may be asked to wake the worker: what it promised, nobody can take back. */
  readonly mayBeWoken: boolean;
  readonly reload: () => void;
  readonly session: Pick<VisitSession, "refusedScans" | "scanned"> & ByItselfDeps["session"];
  readonly broken: ByItselfDeps["broken"];
  readonly cameraState: ByItselfDeps["cameraState"];
  /** The first wrong field of the newest configuration, where that cannot be used. */
  readonly configRefused: () => string | undefined;
  readonly onReceipt: (receipt: HeartbeatReceipt) => void;
  readonly onError: (error: unknown) => void;
}

/** The kiosk's line to its proxy: what is owed goes out on it, and the kiosk says that it lives. */
export interface Link {
  /** Where the readers' events go: to the visit, unless a check card was shown. */
  readonly scanned: (event: ScannerEvent) => void;
  /** Asks the proxy for something, as this kiosk. */
  readonly get: (path: string) => Promise<Response>;
  readonly signedFetch: SignedFetch;
  /** How many check cards were shown since the page began. */
  readonly checksShown: ReadonlySignal<number>;
  /** Known to be down, by the last thing that was tried. */
  readonly isDown: ReadonlySignal<boolean>;
  readonly added: () => void;
  /** What lets a shopper take a visit back, on the same outbox. */
  readonly holds: Holds;
  /** Less is owed than was, and nothing was sent. */
  readonly recount: () => void;
  readonly setCut: (cut: boolean) => void;
  /** What it lets staff see and do. */
  readonly backOffice: BackOffice;
  /** Nobody is in the middle of anything: a new version of the app may take over. */
  readonly setIdle: (idle: boolean) => void;
  /** `justPaired`: what the queue was resting for was an earlier key's trouble. */
  readonly start: (justPaired: boolean) => void;
}

/** Ours: whoever looks at a check card waits no longer for the proxy. */
const ANSWER_MS = 5_000;

/** Ours: a page that is never idle sends all the same. */
const SOON_MS = 500;

export function createLink(deps: LinkDeps): Link {
  const { clock, segments, newId, outbox, kept, gate, device, depth, onError } = deps;
  const holds = createIdbHolds(deps.database);
  const owed = createIdbOwed({ database: deps.database, newId });
  const random = (): number => Math.random();
  const channel = new BroadcastChannel(FLUSH_CHANNEL);
  const failed = signal(!navigator.onLine);
  const isDown = computed(() => failed.value || gate.isCut.value);
  const contact = signal<Contact | undefined>(undefined);
  const report = signal<FlushReport | undefined>(undefined);
  const broke = signal(0);
  /** Of the configuration, by the proxy's last word. */
  let wantedVersion: string | undefined;
  const checksShown = signal(0);
  const timer = (work: () => void, delayMs: number) => {
    const id = setTimeout(work, delayMs);
    return () => clearTimeout(id);
  };
  const byItself = openByItself({
    ...deps,
    broken: {
      ...deps.broken,
      show() {
        broke.value += 1;
        deps.broken.show();
      },
    },
    reading: segments.reading,
    owed,
    configRefused: () => {
      const { version } = deps.session.config.peek();
      // What was refused may have been taken back since.
      return wantedVersion === version ? undefined : deps.configRefused();
    },
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
    broadcast(ended) {
      report.value = ended;
      const said: FlushBroadcast = { type: "FLUSHED", by: "page", report: ended };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is one origin's
      channel.postMessage(said);
    },
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
      const offsetMs = receipt.proxyTimeMs - clock.wallMs();
      contact.value = { atMs: clock.monoMs(), offsetMs };
      wantedVersion = receipt.configVersion;
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

  const checkCardDeps: CheckCardDeps = {
    ...deps,
    limitMs: () => deps.scanner.settings().maxAverageGapMs,
    wakeLock: byItself.wakeLock,
    oldestOwedMs: () => oldestOwedMs(owed, segments.reading()),
    contact,
    ask: (path) => {
      const signal = AbortSignal.timeout(ANSWER_MS);
      return signedFetch(path, { method: "GET", cache: "no-store", signal });
    },
  };
  let checkCard: CheckCard | undefined;

  /** Seldom used, and therefore a part of its own, precached as all are. */
  async function showCheckCard(read: CheckRead): Promise<void> {
    const { createCheckCard } = await import("./check-card/open-check-card.tsx");
    checkCard ??= createCheckCard(checkCardDeps);
    checkCard.show(read);
  }

  return {
    scanned(event) {
      // Before any card rule is asked; behind the staff's door it is a test code like others.
      const isStaffs = deps.session.screen.peek().state === "staff";
      const isCheck = event.type === "scanned" && isCheckCard(event.scan);
      if (!isCheck || isStaffs) return deps.session.scanned(event);
      checksShown.value += 1;
      showCheckCard(event).catch(onError);
    },
    get: (path) => signedFetch(path, { method: "GET", cache: "no-store" }),
    signedFetch,
    checksShown,
    isDown,
    added: delivery.added,
    holds,
    recount: () => void delivery.recount().catch(onError),
    setCut(cut) {
      gate.setCut(cut);
      if (!cut) delivery.request("online");
    },
    backOffice: {
      name: deps.identity?.name,
      appVersion: deps.appVersion,
      depth,
      isDown,
      contact,
      report,
      broke,
      sendNow: () => delivery.request("asked"),
      health: byItself.health,
      scanner: deps.scanner,
      saving: deps,
    },
    setIdle: bridge.setIdle,
    start(justPaired) {
      channel.addEventListener("message", ({ data }: MessageEvent<FlushBroadcast>) => {
        report.value = data.report;
        delivery.reported(data.report);
      });
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
      void readWays(kept).then((ways) => {
        if (ways !== undefined) deps.scanner.learn(ways.settings);
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
      // At once, and then whenever that it takes cards begins or ends.
      effect(() => {
        void byItself.outage.value;
        heartbeat.start();
      });
    },
  };
}
