import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { render } from "preact";
import type { KioskHealth } from "../../contract/kiosk-health.ts";
import { LANGUAGES } from "../../contract/language.ts";
import type { Clock } from "../../domain/clock.ts";
import type { KeptStore } from "../../outbox/kept-store.ts";
import type { Outbox } from "../../outbox/outbox.ts";
import { createCountdown } from "../countdown.ts";
import { USUAL_VOLUME } from "../sounds.ts";
import type { Contact } from "../staff/back-office.ts";
import { endVisit } from "../visit-first.ts";
import type { Screen } from "../visit.ts";
import type { VisitSession } from "../visit-session.ts";
import { CheckScreen } from "./check-screen.tsx";
import { findingsOf, type CheckFacts } from "./findings.ts";
import {
  lookAtProxy,
  lookAtScanner,
  lookAtStorage,
  lookAtWaiting,
  trySound,
  type CheckRead,
} from "./look.ts";
import { CHECK_WORDS } from "./words-check.ts";

export interface CheckCardDeps {
  readonly session: Pick<VisitSession, "config" | "screen" | "turn">;
  readonly outbox: Pick<Outbox, "depth" | "makeRoom">;
  readonly kept: KeptStore;
  readonly clock: Clock;
  /** The longest average silence at which a reader that types is read. */
  readonly limitMs: () => number;
  readonly wakeLock: () => KioskHealth["wakeLock"];
  readonly oldestOwedMs: () => Promise<number | undefined>;
  /** The proxy's last word. */
  readonly contact: ReadonlySignal<Pick<Contact, "atMs"> | undefined>;
  /** Asks the proxy for something, as this kiosk, and not for long. */
  readonly ask: (path: string) => Promise<Response>;
  readonly onError: (error: unknown) => void;
}

export interface CheckCard {
  /** Looks at the kiosk and says what is found. Where a visit is on, once that has ended, if it soon does. */
  readonly show: (read: CheckRead) => void;
}

/** Ours: long enough to read six lines. */
const SHOWN_MS = 20_000;

/** Ours: as long as somebody waits with the card in hand. */
const WAITS_MS = 60_000;

/** How this kiosk does, for whoever holds a check card before it; records nothing (rule CC1). */
export function createCheckCard(deps: CheckCardDeps): CheckCard {
  const { session, clock } = deps;
  let asked: { readonly read: CheckRead; readonly untilMs: number } | undefined;
  let close = (): void => undefined;

  function open(read: CheckRead): void {
    close();
    close = openCover(read, deps);
  }

  effect(() => {
    if (!isFree(session.screen.value)) return close();
    const waiting = asked;
    asked = undefined;
    if (waiting !== undefined && clock.monoMs() <= waiting.untilMs) open(waiting.read);
  });

  return {
    show(read) {
      // A refusal is nobody's visit: whoever holds this card has seen it.
      if (session.screen.peek().state === "refused") session.turn(endVisit);
      if (isFree(session.screen.peek())) open(read);
      else asked = { read, untilMs: clock.monoMs() + WAITS_MS };
    },
  };
}

/** Nobody's visit is on. */
function isFree({ state }: Screen): boolean {
  return state === "attract" || state === "out-of-service";
}

/** Over the screen, in a tree of its own; gives what takes it away. */
function openCover(read: CheckRead, deps: CheckCardDeps): () => void {
  const { clock } = deps;
  const facts = signal<CheckFacts>(firstFacts(read, deps));
  look(facts, deps);
  const endMs = signal<number | undefined>(clock.monoMs() + SHOWN_MS);
  const seconds = createCountdown(endMs, {
    clock,
    every(work, everyMs) {
      const timer = window.setInterval(work, everyMs);
      return () => window.clearInterval(timer);
    },
  });
  const cover = document.createElement("div");
  cover.className = "check-cover";
  document.body.append(cover);
  const language = LANGUAGES.find((each) => each === document.documentElement.lang) ?? "en";
  const stopDrawing = effect(() =>
    render(
      <CheckScreen
        facts={facts.value}
        findings={findingsOf(facts.value)}
        seconds={seconds.value ?? 0}
        words={CHECK_WORDS[language]}
        language={language}
        onDone={close}
      />,
      cover,
    ),
  );
  const isOver = computed(() => seconds.value === 0);
  const stopWaiting = effect(() => {
    if (isOver.value) queueMicrotask(close);
  });
  function close(): void {
    endMs.value = undefined;
    stopWaiting();
    stopDrawing();
    render(null, cover);
    cover.remove();
  }
  return close;
}

function firstFacts(read: CheckRead, deps: CheckCardDeps): CheckFacts {
  return {
    scanner: lookAtScanner(read, deps.limitMs()),
    screen: { width: innerWidth, height: innerHeight, wakeLock: deps.wakeLock() },
  };
}

/** All at once; each line says what it found as soon as it knows. */
function look(facts: Signal<CheckFacts>, deps: CheckCardDeps): void {
  const { outbox, kept, clock, onError } = deps;
  const add = (part: Partial<CheckFacts>): void => {
    facts.value = { ...facts.peek(), ...part };
  };
  const contact = deps.contact.peek();
  const heardMs = contact && clock.monoMs() - contact.atMs;
  trySound({
    volume: deps.session.config.peek().sounds?.volume ?? USUAL_VOLUME,
    openAudio: () => new AudioContext(),
    setTimeout: (run, delayMs) => void window.setTimeout(run, delayMs),
  }).then((sound) => add({ sound }), onError);
  lookAtStorage(kept, outbox, navigator.storage).then((storage) => add({ storage }), onError);
  lookAtWaiting(outbox, deps.oldestOwedMs).then(
    (waiting) => add({ waiting }),
    () => add({ waiting: "unknown" }),
  );
  void lookAtProxy(deps.ask, heardMs).then((proxy) => add({ proxy }));
}
