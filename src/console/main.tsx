import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/board.css";
import "./styles/sheets.css";
import "./styles/help-calls.css";
import "./styles/sign-in.css";
import { effect, signal } from "@preact/signals-core";
import { render } from "preact";
import { createApi } from "./api.ts";
import { App } from "./app.tsx";
import { createDesk } from "./desk.ts";
import { createFormats } from "./formats.ts";
import { ENGLISH } from "./words-english.ts";

/** Ours: how often what is said of "now" is said anew. */
const TICK_MS = 1_000;

/** Ours: how long a page that reached nobody at its start waits before it tries again. */
const OPEN_AGAIN_MS = 5_000;

const root = document.getElementById("app");
if (root === null) throw new Error("index.html has an element #app");

const saying = { words: ENGLISH, formats: createFormats(ENGLISH.language) };
const isHidden = () => document.visibilityState === "hidden";
const desk = createDesk({
  api: createApi((path, init) => fetch(path, init)),
  wallMs: () => Date.now(),
  random: Math.random,
  isHidden,
  setTimeout: (run, delayMs) => window.setTimeout(run, delayMs),
  clearTimeout: (timer) => window.clearTimeout(timer),
});
const tickMs = signal(Date.now());

document.documentElement.lang = saying.words.language;
effect(() => {
  const ahead = desk.aheadMs.value;
  const heardMs = desk.heardMs.value;
  render(
    <App
      desk={desk}
      saying={saying}
      who={desk.who.value}
      overview={desk.overview.value}
      allowance={desk.allowance.value}
      allKiosks={desk.allKiosks.value}
      freshness={desk.freshness.value}
      heardMs={heardMs === undefined ? undefined : heardMs + ahead}
      nowMs={tickMs.value + ahead}
    />,
    root,
  );
});

setInterval(() => {
  if (!isHidden()) tickMs.value = Date.now();
}, TICK_MS);
document.addEventListener("visibilitychange", () => {
  if (isHidden()) return;
  tickMs.value = Date.now();
  desk.lookNow();
});
addEventListener("online", desk.lookNow);

await desk.open();
const again = setInterval(() => {
  const who = desk.who.peek();
  if (who.type === "unknown") void desk.open();
  else clearInterval(again);
}, OPEN_AGAIN_MS);
