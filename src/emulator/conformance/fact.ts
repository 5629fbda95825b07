import type { SwitchName } from "../switches.ts";
import type { EmulatorSubject, Subject } from "./subject.ts";

/**
 * How sure one can be of a fact.
 *
 * - `documented`: Adobe's documentation says so now.
 * - `documented once`: it said so in the past, and nothing has taken its place.
 * - `practised`: shipping software relies on it; Adobe does not say so.
 * - `inferred`: read between the lines, by us.
 * - `undocumented`: nobody says. What the emulator does is a switch.
 */
export type Confidence =
  | "documented"
  | "documented once"
  | "practised"
  | "inferred"
  | "undocumented";

/** Why no client can observe a fact through the profile APIs. */
export type Reason =
  | "billing"
  | "advice"
  | "history"
  | "unknown"
  /** Said of an API or library that the profile APIs are not, such as the Delivery API. */
  | "another API"
  /** Said of Target's user interface, or of what Adobe's people do on request. */
  | "user interface"
  /** Happens inside Target, or in the network before it. */
  | "inside Target";

/**
 * What a check cannot do without.
 *
 * - `writes`: sends updates, so that on a live service it needs `--write` and a throw-away visitor.
 * - `member`, `browser`: a visitor of this kind who has a profile.
 * - `token`: an account that requires authentication, and its token.
 * - `no token`: an account that does not require it.
 * - `control`: the emulator's control API.
 * - `time travel`: a clock that can be moved, by up to weeks.
 */
export type Need =
  | "writes"
  | "member"
  | "browser"
  | "token"
  | "no token"
  | "control"
  | "time travel";

interface Stated {
  /** Stable: never given to another fact, also when this one is gone. */
  readonly id: string;
  readonly says: string;
  readonly confidence: Confidence;
  /** Document and place, in words that can be searched for. */
  readonly source: string;
  /** Where the emulator can be told to do otherwise, since this is not, or not clearly, documented. */
  readonly switches?: readonly SwitchName[];
}

/** Can be checked on any service, the live one included. */
export interface LiveFact extends Stated {
  readonly observable: "live";
  readonly needs: readonly Need[];
  /** Resolves when the fact holds; rejects with a `Mismatch` when it does not. */
  readonly check: (subject: Subject) => Promise<void>;
}

/** Can be checked on the emulator alone. */
export interface EmulatorFact extends Stated {
  readonly observable: "emulator-only";
  readonly needs: readonly Need[];
  /** Why not on a live service. */
  readonly because: string;
  readonly check: (subject: EmulatorSubject) => Promise<void>;
}

export interface UnobservableFact extends Stated {
  readonly observable: "no";
  readonly reason: Reason;
  readonly because: string;
}

export type ObservableFact = LiveFact | EmulatorFact;
export type Fact = ObservableFact | UnobservableFact;

export function isObservable(fact: Fact): fact is ObservableFact {
  return fact.observable !== "no";
}

/** One part of the list, with its heading on the page. */
export interface FactSection {
  readonly title: string;
  readonly facts: readonly Fact[];
}

type LiveParts = Omit<LiveFact, "observable" | "needs">;
type EmulatorParts = Omit<EmulatorFact, "observable" | "needs" | "because">;

/** Sends updates, and looks at the profile. */
export function seenByItsEffect(parts: EmulatorParts): EmulatorFact {
  return {
    ...parts,
    observable: "emulator-only",
    because: "only the effect shows it, and that may take a day",
    needs: ["writes", "control"],
  };
}

/** Sends updates, and moves the clock until something shows. */
export function seenInTime(parts: EmulatorParts): EmulatorFact {
  return {
    ...parts,
    observable: "emulator-only",
    because: "the clock has to be moved",
    needs: ["writes", "control", "time travel"],
  };
}

/** Sends updates to a member, and looks at the answer. */
export function seenByItsAnswer(parts: LiveParts): LiveFact {
  return { ...parts, observable: "live", needs: ["writes", "member"] };
}

/** Looks at a member's profile. */
export function seenByReading(parts: LiveParts): LiveFact {
  return { ...parts, observable: "live", needs: ["member"] };
}
