import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ribbon.css";
import "./styles/screens.css";
import "./styles/motion.css";
import { signal } from "@preact/signals";
import { render } from "preact";
import { createSegmentClock } from "../outbox/clock-segments.ts";
import { createDatabase } from "../outbox/connection.ts";
import { createIdbOutbox } from "../outbox/idb-outbox.ts";
import { createKeptStore } from "../outbox/kept-store.ts";
import { storageMirror } from "../outbox/mirror.ts";
import { createKeyboardWedge } from "../scanner/keyboard-wedge.ts";
import { App } from "./app.tsx";
import { capture } from "./capture.ts";
import { createConfigSource } from "./config.ts";
import { loadDevice } from "./device.ts";
import { createFingerprint } from "./fingerprint.ts";
import { createVisitSession } from "./visit-session.ts";

const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
const newId = (): string => crypto.randomUUID();
const database = createDatabase();
const kept = createKeptStore(database);
const outbox = createIdbOutbox({ database, mirror: storageMirror(localStorage), newId });
const segments = createSegmentClock(clock, newId);
const configs = createConfigSource({
  kept,
  fetch: (path) => fetch(path),
  warn: (sentence) => console.warn(sentence),
});
const device = await loadDevice({
  kept,
  storage: localStorage,
  address: new URLSearchParams(location.search),
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  newId,
});
const root = document.getElementById("app");
if (root !== null && device.ok) {
  const offline = signal(location.search.includes("offline"));
  const session = createVisitSession({
    clock,
    readClock: segments.reading,
    keep: (update, taken) => capture(outbox, update, taken),
    fingerprint: await createFingerprint(crypto.subtle),
    newId,
    device: device.value,
    config: await configs.last(),
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    onKept: () => undefined,
  });
  createKeyboardWedge({ window }).start(session.scanned);
  session.screen.subscribe((screen) => {
    document.documentElement.dataset["visitState"] = screen.state;
    document.documentElement.dataset["visitStep"] = screen.state === "thanked" ? screen.step : "";
  });
  render(<App session={session} offline={offline} timeZone={device.value.timeZone} />, root);
}
