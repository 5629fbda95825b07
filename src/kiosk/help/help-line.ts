import { signal, type ReadonlySignal } from "@preact/signals-core";
import {
  HELP_PATH,
  HelpReceipt,
  type HelpReason,
  type HelpRequest,
} from "../../contract/help-call.ts";
import type { Clock } from "../../domain/clock.ts";
import type { SignedFetch } from "../../outbox/signed-fetch.ts";

/**
 * Where the one call of this kiosk stands.
 *
 * - `calling`: it is on its way, and nobody has said that it is known.
 * - `told`: the proxy has it, so that staff see it.
 * - `coming`: one of them said that they come.
 * - `unreached`: for now it cannot be told; `unanswered`: it was told, and nobody said that they come.
 */
export type HelpState = "none" | "calling" | "told" | "coming" | "unreached" | "unanswered";

export interface HelpLine {
  readonly state: ReadonlySignal<HelpState>;
  /** While a call is open, nothing (rule HC4). */
  readonly call: (reason: HelpReason, waitMs: number) => void;
  /** Nobody waits any more, or staff are here. What is heard of it later is nobody's (rule HC5). */
  readonly end: (word: Exclude<HelpRequest["word"], "calling">) => void;
}

export interface HelpLineDeps {
  readonly fetch: SignedFetch;
  readonly clock: Pick<Clock, "monoMs">;
  readonly newId: () => string;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
  /** Calls back once after `delayMs`; the returned function takes it back. */
  readonly timer: (work: () => void, delayMs: number) => () => void;
  /** Where a call is remembered for the page's next life, which ends it. */
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
}

/** An id of ours, about nobody. */
const CALL_KEY = "tarjeta-help-call";

/** Ours: whoever asked for help is told soon that it is on its way, or what else to do. */
export const IMPATIENT_MS = 4_000;

/** Ours: how often is asked whether somebody answered, and the longest pause after failures. */
const ASK_EVERY_MS = 3_000;
const LONGEST_PAUSE_MS = 24_000;

/** Ours: a proxy that needs longer for so little is in trouble. */
const TIMEOUT_MS = 10_000;

/** Ours: after so many tries the proxy closes the call by itself. */
const END_TRIES = 5;

interface Call {
  readonly callId: string;
  readonly reason: HelpReason;
  readonly sinceMs: number;
}

export function createHelpLine(deps: HelpLineDeps): HelpLine {
  const { clock, random, timer, storage } = deps;
  const state = signal<HelpState>("none");
  let current: Call | undefined;
  let pending: (() => void)[] = [];

  const later = (work: () => void, delayMs: number): void => {
    pending.push(timer(work, delayMs));
  };
  const forgetTimers = (): void => {
    for (const cancel of pending) cancel();
    pending = [];
  };

  async function ask(mine: Call, failures: number): Promise<void> {
    const heard = await post(deps, mine, "calling");
    if (mine !== current) return;
    if (heard === "answered") {
      forgetTimers();
      state.value = "coming";
    } else if (heard === "ended") {
      forgetTimers();
      state.value = "unanswered";
    } else if (heard === "open") {
      if (state.peek() !== "unanswered") state.value = "told";
      later(() => void ask(mine, 0), ASK_EVERY_MS);
    } else {
      if (state.peek() === "calling") state.value = "unreached";
      const pauseMs = Math.min(LONGEST_PAUSE_MS, ASK_EVERY_MS * 2 ** failures);
      later(() => void ask(mine, failures + 1), pauseMs * (0.5 + 0.5 * random()));
    }
  }

  function tellEnd(mine: Call, word: "left" | "here", triesLeft = END_TRIES): void {
    void post(deps, mine, word).then((heard) => {
      if (heard !== undefined || triesLeft === 1) return;
      timer(() => tellEnd(mine, word, triesLeft - 1), ASK_EVERY_MS * 2 ** (END_TRIES - triesLeft));
    });
  }

  const lost = remembered(storage);
  if (lost !== undefined) {
    remember(storage, undefined);
    tellEnd({ callId: lost, reason: "other", sinceMs: clock.monoMs() }, "left");
  }

  return {
    state,
    call(reason, waitMs) {
      if (current !== undefined) return;
      const mine: Call = { callId: deps.newId(), reason, sinceMs: clock.monoMs() };
      current = mine;
      remember(storage, mine.callId);
      state.value = "calling";
      later(() => {
        if (state.peek() === "calling") state.value = "unreached";
      }, IMPATIENT_MS);
      later(() => {
        if (state.peek() === "told") state.value = "unanswered";
      }, waitMs);
      void ask(mine, 0);
    },
    end(word) {
      const mine = current;
      if (mine === undefined) return;
      current = undefined;
      forgetTimers();
      remember(storage, undefined);
      const isOpen = state.peek() !== "coming";
      state.value = "none";
      if (isOpen) tellEnd(mine, word);
    },
  };
}

function remembered(storage: HelpLineDeps["storage"]): string | undefined {
  return storage.getItem(CALL_KEY) ?? undefined;
}

function remember(storage: HelpLineDeps["storage"], callId: string | undefined): void {
  try {
    if (callId === undefined) storage.removeItem(CALL_KEY);
    else storage.setItem(CALL_KEY, callId);
  } catch {
    // A full storage: after a crash the proxy closes the call by itself.
  }
}

/** What the proxy says of a call; nothing when there is no receipt that names it. */
async function post(
  { fetch, clock, newId }: HelpLineDeps,
  { callId, reason, sinceMs }: Call,
  word: HelpRequest["word"],
): Promise<HelpReceipt["state"] | undefined> {
  const request: HelpRequest = {
    v: 1,
    nonce: newId(),
    callId,
    word,
    reason,
    waitedMs: Math.round(Math.min(3_600_000, Math.max(0, clock.monoMs() - sinceMs))),
  };
  try {
    const answer = await fetch(HELP_PATH, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(request),
      nonce: request.nonce,
      redirect: "error",
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!answer.ok) return undefined;
    const parsed = HelpReceipt.safeParse(await answer.json());
    if (!parsed.success) return undefined;
    const receipt = parsed.data;
    const isOfThis = receipt.nonce === request.nonce && receipt.callId === callId;
    return isOfThis ? receipt.state : undefined;
  } catch {
    // No network, no time or no JSON: the same is asked again.
    return undefined;
  }
}
