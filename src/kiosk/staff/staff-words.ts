import type { KioskHealth } from "../../contract/kiosk-health.ts";
import type { Sound } from "../sounds.ts";
import type { RefusalReason, StorageTrouble } from "../visit.ts";
import type { FactId } from "./facts.ts";
import type { SendTrouble } from "./sending.ts";
import type { Happening } from "./staff-log.ts";

/** Every sentence of the staff's side, in one language. Loaded with it and never before. */
export interface StaffWords {
  readonly staff: string;
  readonly back: string;
  readonly no: string;

  readonly enterPin: string;
  readonly cardsNotRead: string;
  readonly digitsTyped: (typed: number, of: number) => string;
  readonly erase: string;
  readonly clear: string;
  readonly checking: string;
  readonly wrongPin: (left: number) => string;
  readonly waitPin: (wait: string) => string;
  readonly noPin: string;
  readonly noPinHint: string;

  readonly status: string;
  readonly queue: string;
  readonly screen: string;
  readonly log: string;
  readonly kiosk: string;

  readonly looking: string;
  readonly allIsWell: string;
  readonly toLookAt: (count: number) => string;
  readonly lookAtThis: string;
  readonly facts: Readonly<Record<FactId, string>>;
  readonly noContact: string;
  readonly ago: (age: string) => string;
  readonly noAnswer: (age: string) => string;
  readonly clockUnset: string;
  readonly clockRight: (time: string) => string;
  readonly clockSlow: (time: string, off: string) => string;
  readonly clockFast: (time: string, off: string) => string;
  /** It works with `version`, and the newest has a wrong field. */
  readonly configRefused: (version: string, field: string) => string;
  readonly persisted: string;
  readonly notPersisted: string;
  readonly unknown: string;
  readonly spaceUsed: (used: string, quota: string) => string;
  readonly noCardYet: string;
  readonly lastCard: (age: string) => string;
  readonly awake: Readonly<Record<KioskHealth["wakeLock"], string>>;
  readonly faults: (errors: number, boots: number) => string;

  readonly owed: (count: number) => string;
  readonly oldest: (age: string) => string;
  readonly owedHint: string;
  readonly nothingOwed: string;
  readonly sendNow: string;
  readonly sending: string;
  readonly sent: (count: number) => string;
  readonly held: string;
  readonly slow: string;
  readonly sendTroubles: Readonly<Record<SendTrouble, string>>;
  readonly save: string;
  readonly saveHint: string;
  readonly saved: (count: number) => string;

  readonly screenTest: string;
  readonly screenTestHint: string;
  readonly screenTestStart: string;
  readonly screenTested: string;
  readonly field: (field: number, of: number) => string;
  readonly stopTest: string;
  readonly soundTest: string;
  readonly soundTestHint: (volume: number) => string;
  readonly soundOff: string;
  readonly sounds: Readonly<Record<Sound, string>>;
  readonly cleaning: string;
  readonly cleaningHint: string;
  readonly cleaningStart: string;
  readonly cleaningNow: string;

  readonly earlier: string;
  readonly later: string;
  readonly refusals: Readonly<Record<RefusalReason, string>>;
  readonly happenings: HappeningWords;

  readonly service: string;
  readonly isInService: string;
  readonly isClosed: string;
  readonly untilRestart: string;
  readonly outOfService: string;
  readonly backInService: string;
  readonly restart: string;
  readonly restartHint: string;
  readonly restartNow: string;
  readonly unpair: string;
  readonly unpairHint: string;
}

type HappeningWords = Readonly<
  Record<
    Exclude<Happening["type"], "sent" | "saved" | "config" | "storage" | "refused">,
    string
  > & {
    sent: (count: number) => string;
    saved: (count: number) => string;
    config: (version: string) => string;
    storage: Readonly<Record<StorageTrouble, string>>;
  }
>;
