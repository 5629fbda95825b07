import type { KioskHealth } from "../../contract/kiosk-health.ts";
import type { ScanSource } from "../../domain/card.ts";
import type { StorageTrouble } from "../visit.ts";

/** What a check card has looked at, in the order in which it is told. */
export const CHECKS = ["scanner", "screen", "sound", "storage", "waiting", "proxy"] as const;
export type CheckName = (typeof CHECKS)[number];

/** What is found out about a kiosk; what is not there yet is still being looked at. */
export interface CheckFacts {
  readonly scanner: ScannerFacts;
  readonly screen: ScreenFacts;
  readonly sound?: "played" | "silenced" | "blocked";
  readonly storage?: StorageFacts;
  readonly waiting?: WaitingFacts | "unknown";
  readonly proxy?: ProxyFacts;
}

export interface ScannerFacts {
  readonly source: ScanSource;
  /** Nothing where the reader does not say. */
  readonly symbology: string | undefined;
  /** Average silence between two keys, of a reader that types. */
  readonly gapMs: number | undefined;
  /** The longest at which it is still read. */
  readonly limitMs: number;
  /** It types on a keyboard of another country than the machine's. */
  readonly otherKeyboard: boolean;
}

export interface ScreenFacts {
  /** Of the page, in its own pixels. */
  readonly width: number;
  readonly height: number;
  readonly wakeLock: KioskHealth["wakeLock"];
}

export interface StorageFacts {
  readonly state: StorageTrouble | "working";
  /** The browser promised to evict nothing. */
  readonly persisted: boolean;
  readonly freeBytes: number | undefined;
}

export interface WaitingFacts {
  readonly count: number;
  readonly oldestMs: number | undefined;
}

export interface ProxyFacts {
  /** To a request made just now; `refuses`: it is there, and does not let this kiosk in. */
  readonly answer: "answers" | "refuses" | "silent";
  /** Since it last answered a heartbeat; nothing while it has not. */
  readonly heardMs: number | undefined;
}

/** What is wrong, each with something to do about it. */
export type Problem =
  | "slow"
  | "other-keyboard"
  | "small"
  | "may-sleep"
  | "blocked"
  | "full"
  | "unavailable"
  | "may-be-cleared"
  | "tight"
  | "old"
  | "refuses"
  | "silent";

export interface Finding {
  readonly check: CheckName;
  readonly state: "good" | "bad" | "looking";
  /** With `bad`: the first thing to do something about. */
  readonly problem?: Problem;
}

/** Ours: so near its limit a reader fails when the page is busy. */
const NEAR = 0.8;

/** The smallest screen that every state is tried on. */
const LEAST = { short: 800, long: 1280 } as const;

/** Ours: half of what a kiosk's outbox may come to. */
const TIGHT_BYTES = 100_000_000;

/** Ours: a proxy that is restarted or a network that is mended takes less; longer wants looking at. */
const OLD_MS = 3_600_000;

export function findingsOf(facts: CheckFacts): readonly Finding[] {
  return CHECKS.map((check) => {
    const problem = PROBLEMS[check](facts);
    if (problem === "looking" || problem === undefined) {
      return { check, state: problem ?? "good" };
    }
    return { check, state: "bad", problem };
  });
}

const PROBLEMS: Readonly<
  Record<CheckName, (facts: CheckFacts) => Problem | "looking" | undefined>
> = {
  scanner({ scanner: { gapMs = 0, limitMs, otherKeyboard } }) {
    if (gapMs > limitMs * NEAR) return "slow";
    return otherKeyboard ? "other-keyboard" : undefined;
  },
  screen({ screen: { width, height, wakeLock } }) {
    const isSmall = Math.min(width, height) < LEAST.short || Math.max(width, height) < LEAST.long;
    if (isSmall) return "small";
    return wakeLock === "refused" || wakeLock === "unsupported" ? "may-sleep" : undefined;
  },
  sound({ sound }) {
    if (sound === undefined) return "looking";
    return sound === "blocked" ? "blocked" : undefined;
  },
  storage({ storage }) {
    if (storage === undefined) return "looking";
    const { state, persisted, freeBytes = Infinity } = storage;
    if (state !== "working") return state;
    if (freeBytes < TIGHT_BYTES) return "tight";
    return persisted ? undefined : "may-be-cleared";
  },
  waiting({ waiting }) {
    if (waiting === undefined) return "looking";
    if (waiting === "unknown") return "unavailable";
    return (waiting.oldestMs ?? 0) > OLD_MS ? "old" : undefined;
  },
  proxy({ proxy }) {
    if (proxy === undefined) return "looking";
    return proxy.answer === "answers" ? undefined : proxy.answer;
  },
};
