import type { Incident, Outcomes, Role } from "../contract/admin.ts";
import type { CameraState } from "../contract/camera-state.ts";
import type { DeadLetterClass } from "../contract/dead-letters.ts";
import type { HelpReason } from "../contract/help-call.ts";
import type { Journey, JourneyStage } from "../contract/journey.ts";
import type { KioskOutage } from "../contract/kiosk-troubles.ts";
import type { ChainOverview } from "../contract/overview.ts";
import type { Unit } from "./formats.ts";

export type Fate = keyof Outcomes;
export type Forwarding = ChainOverview["forwarding"];
export type SectionId =
  | "scans"
  | "allowance"
  | "waiting"
  | "outcomes"
  | "kiosks"
  | "incidents"
  | "refused"
  | "visitor";

/**
 * Every sentence the console says, so that another language is another object of this shape. For
 * people who run stores: what is so, then what to do.
 */
export interface Words {
  readonly language: string;
  readonly product: string;
  readonly page: Readonly<Record<SectionId, string>>;
  readonly nav: string;
  readonly skip: string;

  readonly signIn: {
    readonly title: string;
    readonly lead: string;
    readonly token: string;
    readonly hint: string;
    readonly enter: string;
    readonly entering: string;
    readonly wrong: string;
    readonly throttled: (seconds: number) => string;
    readonly unreachable: string;
    readonly ended: string;
  };
  readonly signOut: string;
  readonly role: Readonly<Record<Role, string>>;
  readonly signedInAs: (name: string, role: string) => string;
  readonly allStores: string;
  readonly oneStore: (storeId: string) => string;

  readonly length: (number: number, unit: Unit) => string;
  readonly ago: (length: string) => string;

  readonly live: (time: string) => string;
  readonly stale: (time: string) => string;
  readonly neverHeard: string;
  readonly retryNow: string;
  readonly olderPage: string;
  readonly reload: string;
  readonly loading: string;

  readonly headline: {
    readonly safe: string;
    readonly nothingYet: string;
    readonly lost: string;
    readonly paused: string;
    readonly targetAway: string;
    readonly spent: string;
    readonly allWell: string;
    readonly kiosks: (number: number) => string;
    readonly incidents: (number: number) => string;
    readonly refused: (number: number) => string;
  };
  readonly backlogGone: (moment: string) => string;
  readonly backlogGrows: string;

  readonly figures: string;
  readonly hideFigures: string;

  readonly scans: {
    readonly title: string;
    readonly whole: (scans: string) => string;
    readonly fate: Readonly<Record<Fate, string>>;
    readonly meaning: Readonly<Record<Fate, string>>;
    readonly empty: string;
    readonly emptyNext: string;
    readonly pairCommand: string;
  };

  readonly allowance: {
    readonly chart: string;
    readonly perHalfHour: string;
    readonly calls: string;
    readonly pace: (calls: string) => string;
    readonly forecast: string;
    readonly now: string;
    readonly title: string;
    readonly ofUsed: (allowed: string) => string;
    readonly free: string;
    readonly freeNextHour: string;
    readonly over: string;
    readonly backlog: string;
    readonly goneAt: (moment: string) => string;
    readonly noBacklog: string;
    readonly standsStill: string;
    readonly grows: (perDay: string) => string;
    readonly empty: string;
    readonly time: string;
  };

  readonly waiting: {
    readonly title: string;
    readonly none: string;
    readonly visitors: (number: string) => string;
    readonly lane: { readonly fresh: string; readonly backlog: string };
    readonly oldest: string;
    readonly absent: string;
    readonly unknown: string;
    readonly held: string;
    readonly upTo: (length: string) => string;
    readonly between: (from: string, to: string) => string;
    readonly over: (length: string) => string;
  };

  readonly outcomes: {
    readonly title: string;
    readonly hours: string;
    readonly days: string;
    readonly span: string;
    readonly empty: string;
    readonly day: string;
    readonly hour: string;
  };

  readonly kiosks: {
    readonly title: string;
    readonly working: (working: string, known: string) => string;
    readonly silentOf: (silent: string, known: string) => string;
    readonly owed: (updates: string) => string;
    readonly column: Readonly<
      Record<
        | "state"
        | "store"
        | "kiosk"
        | "heard"
        | "owed"
        | "clock"
        | "storage"
        | "camera"
        | "config"
        | "app",
        string
      >
    >;
    readonly ok: string;
    readonly lost: string;
    readonly scannerSilent: string;
    /** Staff took it out of service. */
    readonly closed: (length: string) => string;
    readonly cannotStore: Readonly<Record<Exclude<KioskOutage["why"], "closed">, string>>;
    /** `field`: empty for the whole. */
    readonly configRefused: (field: string) => string;
    readonly nearlyFull: string;
    readonly camera: Readonly<Record<CameraState, string>>;
    readonly cameraTrouble: (state: string) => string;
    readonly looped: (length: string) => string;
    readonly starts: (number: string) => string;
    readonly sleeps: string;
    readonly wrongPins: (number: string) => string;
    readonly outOfService: string;
    readonly off: (length: string) => string;
    readonly silent: (length: string) => string;
    readonly storage: string;
    readonly clockOff: string;
    readonly kept: string;
    readonly atRisk: string;
    readonly full: string;
    readonly unknown: string;
    readonly ahead: (length: string) => string;
    readonly behind: (length: string) => string;
    readonly right: string;
    readonly showAll: (number: string) => string;
    readonly showFewer: string;
    readonly empty: string;
    readonly emptyNext: string;
  };

  readonly incidents: {
    readonly title: string;
    readonly open: (number: string) => string;
    readonly none: string;
    readonly more: (number: string) => string;
    readonly type: Readonly<
      Record<Incident["type"], { readonly title: string; readonly next: string }>
    >;
    readonly other: { readonly title: string; readonly next: string };
    readonly where: (storeId: string, kioskId: string) => string;
    readonly since: (moment: string) => string;
    readonly detail: string;
  };

  readonly help: {
    readonly title: string;
    readonly open: (number: number) => string;
    readonly place: (kioskId: string, storeId: string) => string;
    readonly asks: (place: string) => string;
    readonly waits: (length: string) => string;
    readonly reason: Readonly<Record<HelpReason, string>>;
    readonly answer: string;
    readonly goTo: (place: string) => string;
    readonly answered: (place: string) => string;
    readonly gone: (place: string) => string;
    readonly failed: (why: string) => string;
    readonly more: (number: string) => string;
  };

  readonly refused: {
    readonly title: string;
    readonly waiting: string;
    readonly none: string;
    readonly sendAgain: string;
    readonly sendClass: (name: string) => string;
    readonly sendAll: string;
    readonly askAll: (number: string) => string;
    readonly askClass: (number: string, name: string) => string;
    readonly consequence: string;
    readonly confirm: string;
    readonly cancel: string;
    readonly sending: (done: string, all: string) => string;
    readonly sent: (number: string) => string;
    readonly stopped: (done: string, all: string) => string;
    readonly failed: (why: string) => string;
    readonly onlyOperators: string;
    readonly class: Readonly<Record<DeadLetterClass, string>>;
  };

  readonly forwarding: {
    readonly state: Readonly<Record<Forwarding["state"] | "allowance-spent", string>>;
    readonly pause: string;
    readonly resume: string;
    readonly askPause: string;
    readonly pauseConsequence: string;
    readonly reason: string;
    readonly reasonHint: string;
    readonly cancel: string;
    readonly confirmPause: string;
    readonly working: string;
    readonly pausedBy: (who: string) => string;
    readonly because: (reason: string) => string;
    readonly since: (moment: string) => string;
    readonly until: (moment: string) => string;
    readonly failed: (why: string) => string;
  };

  readonly visitor: {
    readonly title: string;
    readonly lead: string;
    readonly card: string;
    readonly find: string;
    readonly finding: string;
    readonly privacy: string;
    readonly malformed: string;
    readonly notAllowed: string;
    readonly failed: (why: string) => string;
    readonly known: (alias: string) => string;
    readonly clear: string;
    readonly state: Readonly<Record<Journey["state"], string>>;
    readonly reason: (why: string) => string;
    readonly attempts: (number: string) => string;
    readonly nextTry: (moment: string) => string;
    readonly seen: (moment: string) => string;
    readonly step: Readonly<Record<JourneyStep, string>>;
    readonly notYet: string;
    readonly stage: Readonly<Record<JourneyStage, string>>;
    readonly occasion: { readonly scan: string; readonly answer: string };
    readonly at: (storeId: string, kioskId: string) => string;
    readonly wrote: (names: string) => string;
  };

  readonly problem: {
    readonly unreachable: string;
    readonly forbidden: string;
    readonly signedOut: string;
    readonly other: string;
  };
}

/** The way of one update, in this order. */
export const JOURNEY_STEPS = ["captured", "stored", "sent", "acknowledged", "applied"] as const;
export type JourneyStep = (typeof JOURNEY_STEPS)[number];
