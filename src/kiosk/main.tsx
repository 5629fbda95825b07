import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ribbon.css";
import "./styles/stage.css";
import "./styles/sill.css";
import "./styles/attract.css";
import "./styles/keypad.css";
import "./styles/thanks.css";
import "./styles/question.css";
import "./styles/refused.css";
import "./styles/undo.css";
import "./styles/consent.css";
import "./styles/sheet.css";
import "./styles/help.css";
import "./styles/withdrawal.css";
import "./styles/pairing.css";
import "./styles/languages.css";
import "./styles/brand.css";
import "./styles/camera.css";
import "./styles/contrast.css";
import "./styles/large-text.css";
import "./styles/reach.css";
import "./styles/broken.css";
import "./styles/check.css";
import "./styles/motion.css";
import { computed, effect, signal } from "@preact/signals-core";
import { render } from "preact";
import type { Update } from "../contract/update.ts";
import type { Withdrawal } from "../contract/withdrawal.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import { createSegmentClock } from "../outbox/clock-segments.ts";
import { createDatabase } from "../outbox/connection.ts";
import { createIdbOutbox } from "../outbox/idb-outbox.ts";
import { createKeptStore } from "../outbox/kept-store.ts";
import { storageMirror } from "../outbox/mirror.ts";
import { createKeyboardWedge } from "../scanner/keyboard-wedge.ts";
import { App, type Later } from "./app.tsx";
import { capture } from "./capture.ts";
import { createConfigSource } from "./config.ts";
import { badPlaceIn, placeOf, startFrom, type BadPlace, type Known } from "./device.ts";
import { createFingerprint } from "./fingerprint.ts";
import type { Extras } from "./extras.ts";
import type { Link } from "./link.ts";
import { createNetworkGate } from "./network-gate.ts";
import { createRibbonPose } from "./ribbon-pose.ts";
import type { Seal } from "./sealer.ts";
import type { Sealing } from "./sealing.ts";
import { tryStorage } from "./storage-watch.ts";
import { Ribbon } from "./ui/ribbon.tsx";
import { closed, CLOSED_KEY } from "./visit-first.ts";
import { createVisitSession } from "./visit-session.ts";

/** Ours: how often a kiosk that cannot store tries again. */
const STORAGE_TRIAL_MS = 5_000;

/** Ours: how long a page that could not load all of itself waits before it begins again. */
const START_AGAIN_MS = 10_000;

const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
const newId = (): string => crypto.randomUUID();
const warn = (what: unknown): void => console.warn(what);

/** The build names the page's script after its contents. */
const appVersion = new URL(import.meta.url).pathname.split("/").at(-1) ?? "";

const page = document.documentElement;
const address = new URLSearchParams(location.search);
const database = createDatabase();
const kept = createKeptStore(database);
const outbox = createIdbOutbox({ database, mirror: storageMirror(localStorage), newId });

const scanner = createKeyboardWedge({ window });

const root = document.getElementById("app");
if (root === null) throw new Error("index.html has an element #app");

const badPlace = badPlaceIn(address);
if (badPlace === undefined) await start(root);
else await refusePlace(root, badPlace);

async function start(root: HTMLElement): Promise<void> {
  const known = await startFrom({ kept, storage: localStorage, address });
  // What the address said is used now or never; no reload, bookmark or glance need see it.
  if (address.size > 0) history.replaceState(null, "", address.has("demo") ? "?demo" : "/");
  if (typeof known === "object") return openKiosk(root, known, false);
  const { openPairing } = await whole(import("./open-pairing.tsx"));
  const paired = await openPairing({
    root,
    address,
    why: known,
    scanner,
    database,
    outbox,
    kept,
    clock,
    newId,
    warn,
  });
  return openKiosk(root, paired, true);
}

async function openKiosk(
  root: HTMLElement,
  { device, identity }: Known,
  justPaired: boolean,
): Promise<void> {
  const segments = createSegmentClock(clock, newId);
  const gate = createNetworkGate((path, init) => fetch(path, init));
  let wrongField: string | undefined;
  const configs = createConfigSource({
    kept,
    // Asked for only once the line to the proxy is there.
    fetch: (path) => link.peek()!.get(path),
    appVersion,
    warn,
    onChecked: (field) => (wrongField = field),
  });
  const [config, owed, fingerprint] = await Promise.all([
    configs.last(),
    // What cannot be counted cannot be stored either: the first trial says so on screen.
    outbox.depth().catch(() => 0),
    createFingerprint(crypto.subtle),
  ]);
  const depth = signal(owed);
  const link = signal<Link | undefined>(undefined);
  const later = signal<Later | undefined>(undefined);
  const extras = signal<Extras | undefined>(undefined);

  // Loaded after the first paint; a scan that comes before waits for it, once in a page's life.
  const sealing = Promise.withResolvers<Sealing>();
  const seal: Seal = async (header, text) => (await sealing.promise).seal(header, text);

  const keep = (body: Update | Withdrawal, taken: ClockReading, heldUntilMs?: number) =>
    capture(outbox, seal, body, taken, heldUntilMs);
  const onKept = () => {
    const open = link.peek();
    if (open === undefined) depth.value += 1;
    else open.added();
  };
  const session = createVisitSession({
    clock,
    readClock: segments.reading,
    keep,
    fingerprint,
    newId,
    device,
    config,
    setTimeout: (run, delayMs) => window.setTimeout(run, delayMs),
    clearTimeout: (timer) => window.clearTimeout(timer),
    onKept,
    onError: warn,
  });

  function refreshConfig(): void {
    configs.fetchNewest().then((newest) => {
      if (newest !== undefined) session.offerConfig(newest);
    }, warn);
  }

  async function tryToStore(): Promise<void> {
    session.storageIs(await tryStorage(kept, outbox));
  }

  if (localStorage.getItem(CLOSED_KEY) !== null) session.turn(closed);
  let heard = session.scanned;
  scanner.start((event) => heard(event));
  const pose = createRibbonPose({
    ...session,
    afterPaint: (work) => void requestAnimationFrame(() => setTimeout(work)),
  });
  const ribbon = computed(() => <Ribbon pose={pose.value} />);
  effect(() => {
    const loaded = later.value;
    render(
      <App
        session={session}
        screen={session.screen.value}
        config={session.config.value}
        ribbon={ribbon.value}
        offline={link.value?.isDown.value ?? false}
        timeZone={device.timeZone}
        place={placeOf(device, identity?.name)}
        later={loaded}
        chosen={loaded?.shopper.chosen.value}
        extras={extras.value}
      />,
      root,
    );
  });
  effect(() => {
    const { version, paint } = session.config.value;
    page.dataset["configVersion"] = version;
    page.style.cssText = paint?.style ?? "";
    page.dataset["onBrand"] = paint?.onBrand;
  });
  effect(() => {
    page.dataset["outboxDepth"] = String(depth.value);
  });
  effect(() => {
    const screen = session.screen.value;
    if ("step" in screen) page.dataset["visitStep"] = screen.step;
    else delete page.dataset["visitStep"];
    page.dataset["visitState"] = screen.state;
    // Attract holds no focus, whatever was pressed last.
    if (screen.state === "attract" && document.activeElement instanceof HTMLElement) {
      document.activeElement.blur();
    }
    link.value?.setIdle(screen.state === "attract" || screen.state === "out-of-service");
  });
  effect(() => {
    const screen = session.screen.value;
    // What staff closed is no question of storage.
    if (screen.state !== "out-of-service" || screen.reason === "closed") return undefined;
    const timer = setInterval(() => void tryToStore(), STORAGE_TRIAL_MS);
    return () => clearInterval(timer);
  });

  void tryToStore();
  void navigator.storage.persist();

  // Cards are taken from here on; what comes second is no part of that.
  const [{ openSealing }, screens, { createLink, openCameraWorker: openWorker }] = await whole(
    Promise.all([
      import("./sealing.ts"),
      import("./screens/later-screens.tsx"),
      import("./link.ts"),
    ]),
  );
  const opened = openSealing({ database, kept, fetch: gate.fetch, clock });
  sealing.resolve(opened);
  opened.sealPlain().catch(warn);
  later.value = { screens, shopper: screens.openForEveryone({ ...session, page, onError: warn }) };
  session.complete(screens.stepVisit);
  const line = createLink({
    clock,
    segments,
    newId,
    database,
    outbox,
    kept,
    gate,
    scanner,
    device,
    identity,
    depth,
    appVersion,
    // The demo's switch cuts the page's line; a sync would go past it.
    mayBeWoken: !address.has("demo"),
    reload: () => location.reload(),
    session,
    broken: screens.createBrokenScreen(page, document.body),
    cameraState: () => extras.peek()?.camera.state.peek(),
    configRefused: () => wrongField,
    onReceipt: ({ configVersion, sealing: key }) => {
      if (key !== undefined) opened.learn(key);
      if (configVersion !== session.config.peek().version) refreshConfig();
    },
    onError: warn,
  });
  link.value = line;
  heard = line.scanned;
  extras.value = screens.openExtras({
    session,
    clock,
    readClock: segments.reading,
    keep,
    device,
    onKept,
    line,
    holds: line.holds,
    subtle: crypto.subtle,
    every(work, everyMs) {
      const timer = setInterval(work, everyMs);
      return () => clearInterval(timer);
    },
    onTakenBack: () => line.recount(),
    onError: warn,
  });
  line.start(justPaired);
  refreshConfig();
  import("../scanner/further-readers.ts").then(({ openFurtherReaders }) => {
    const { scanned: listener } = line;
    const { hear } = openFurtherReaders({ window, navigator, listener, onError: warn });
    heard = hear;
    extras.peek()?.camera.open({ hear, openWorker });
  }, warn);
  if (address.has("demo")) {
    const { openDemo } = await import("./demo/demo.tsx");
    openDemo({ isCut: gate.isCut, setCut: line.setCut, depth });
  }
}

/** A page that cannot load its own parts begins again; what it stored meanwhile is safe. */
async function whole<T>(parts: Promise<T>): Promise<T> {
  try {
    return await parts;
  } catch (error) {
    setTimeout(() => location.reload(), START_AGAIN_MS);
    throw error;
  }
}

async function refusePlace(root: HTMLElement, place: BadPlace): Promise<void> {
  const { showBadPlace } = await whole(import("./screens/later-screens.tsx"));
  showBadPlace(root, place);
}

// A long press is no question about the page.
document.addEventListener("contextmenu", (event) => event.preventDefault());
