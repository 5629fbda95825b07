import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import type { Clock } from "../../domain/clock.ts";
import type { KeptStore } from "../../outbox/kept-store.ts";
import {
  afterWrong,
  FREE_TRIES,
  NO_TRIES,
  remembered,
  TRIES_KEY,
  waitMs,
  type Tries,
} from "./pin-tries.ts";

/** As many as `PIN_LENGTH` of the contract, which the page need not load for it. */
export const PIN_DIGITS = 6;

export interface PinView {
  /** Digits typed; which ones is nobody's business. */
  readonly typed: number;
  readonly phase: "typing" | "checking" | "waiting" | "no-pin";
  /** The last one was wrong. */
  readonly isWrong: boolean;
  /** Tries that are left before anybody has to wait. */
  readonly left: number;
  /** Until the next try, while `waiting`. */
  readonly seconds: number;
}

export interface PinPad {
  readonly view: ReadonlySignal<PinView>;
  readonly press: (digit: string) => void;
  readonly erase: () => void;
  readonly clear: () => void;
  /** Nothing opens any more, whatever is still being checked. */
  readonly close: () => void;
}

export interface PinPadDeps {
  /** Of the configuration; nothing where nobody may come in. */
  readonly pinHash: string | undefined;
  readonly isPin: (pin: string, pinHash: string) => Promise<boolean>;
  readonly kept: KeptStore;
  /** As this life counts them, from one pad to the next. */
  readonly tries: Signal<Tries>;
  readonly clock: Clock;
  /** The monotonic clock, moved on more than once a second. */
  readonly nowMs: ReadonlySignal<number>;
  readonly onRight: () => void;
  readonly onWrong: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Six digits, each pressed on the screen: typed ones are not taken, since nobody can tell a slow scanner's
 * from a person's. A try is counted, durably, before it is looked at, so that a pulled plug gives no more of
 * them.
 */
export function createPinPad(deps: PinPadDeps): PinPad {
  const { pinHash, kept, tries, clock, nowMs } = deps;
  const typed = signal("");
  const isChecking = signal(false);
  const isWrong = signal(false);
  /** On the monotonic clock. */
  const untilMs = signal(0);
  let isClosed = false;

  const isWaiting = (): boolean => untilMs.peek() > clock.monoMs();

  /** Staff must get in where nothing can be stored: there this life counts alone. */
  const keep = (next: Tries): Promise<void> => {
    tries.value = next;
    return kept.put(TRIES_KEY, next).catch(() => undefined);
  };

  const settle = (): void => {
    const leftMs = waitMs(tries.peek(), clock.wallMs());
    // `nowMs` is a moment behind: no wait is none by that either.
    untilMs.value = leftMs === 0 ? 0 : clock.monoMs() + leftMs;
  };

  const recall = async (): Promise<void> => {
    const found = await kept.get(TRIES_KEY).catch(() => undefined);
    const stored = remembered(found, clock.wallMs());
    const lived = remembered(tries.peek(), clock.wallMs());
    await keep(stored.wrong > lived.wrong ? stored : lived);
    settle();
  };
  const ready = recall();

  async function check(pin: string, hash: string): Promise<void> {
    await ready;
    if (isWaiting()) return;
    await keep(afterWrong(tries.peek(), clock.wallMs()));
    const isRight = await deps.isPin(pin, hash);
    if (isRight) await keep(NO_TRIES);
    else deps.onWrong();
    if (isClosed) return;
    settle();
    isWrong.value = !isRight;
    if (isRight) deps.onRight();
  }

  function change(next: string): void {
    if (isChecking.peek() || isWaiting() || pinHash === undefined) return;
    typed.value = next;
    isWrong.value = false;
    if (next.length < PIN_DIGITS) return;
    isChecking.value = true;
    check(next, pinHash)
      .catch(deps.onError)
      .finally(() => {
        typed.value = "";
        isChecking.value = false;
      });
  }

  return {
    view: computed(() => {
      const seconds = Math.max(0, Math.ceil((untilMs.value - nowMs.value) / 1_000));
      return {
        typed: typed.value.length,
        phase: phaseOf(pinHash, isChecking.value, seconds),
        isWrong: isWrong.value,
        left: Math.max(0, FREE_TRIES - tries.value.wrong),
        seconds,
      };
    }),
    press: (digit) => change(typed.peek() + digit),
    erase: () => change(typed.peek().slice(0, -1)),
    clear: () => change(""),
    close() {
      isClosed = true;
      typed.value = "";
    },
  };
}

function phaseOf(
  pinHash: string | undefined,
  isChecking: boolean,
  seconds: number,
): PinView["phase"] {
  if (pinHash === undefined) return "no-pin";
  if (isChecking) return "checking";
  return seconds > 0 ? "waiting" : "typing";
}
