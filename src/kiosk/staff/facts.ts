import type { KioskHealth } from "../../contract/kiosk-health.ts";
import type { Language } from "../../contract/language.ts";
import type { Device } from "../../contract/update.ts";
import { timeOfDay } from "../words.ts";
import { ageText, sizeText } from "./ages.ts";
import type { StaffWords } from "./staff-words.ts";

/** What is known of this kiosk at a moment. */
export interface Known {
  readonly name: string | undefined;
  readonly device: Device;
  readonly appVersion: string;
  readonly isDown: boolean;
  /** Since the last word of the proxy, and how far its clock was ahead; nothing while there was none. */
  readonly contact: { readonly ageMs: number; readonly offsetMs: number } | undefined;
  readonly isPersisted: boolean;
  readonly health: KioskHealth;
  readonly wallMs: number;
}

export type FactId =
  | "paired"
  | "app"
  | "config"
  | "contact"
  | "clock"
  | "storage"
  | "space"
  | "scanner"
  | "awake"
  | "faults";

export interface Fact {
  readonly id: FactId;
  readonly value: string;
  /** Nothing about it needs anybody. */
  readonly isWell: boolean;
}

/** Ours: three heartbeats that did not come. */
const SILENT_MS = 180_000;

/** Ours: so far off, somebody sets the clock; the proxy dates scans by its own. */
const OFF_MS = 60_000;

/** Ours: from here on a browser may soon refuse. */
const FULL_SHARE = 0.8;

/** How this kiosk stands, each in a few words. */
export function factsOf(known: Known, words: StaffWords, language: Language): readonly Fact[] {
  const { device, health } = known;
  const place = `${device.storeId} / ${device.kioskId}`;
  const fact = (id: FactId, value: string, isWell = true): Fact => ({ id, value, isWell });
  return [
    fact("paired", known.name === undefined ? place : `${known.name} (${place})`),
    fact("app", known.appVersion.replace(/^index-|\.js$/g, "")),
    configFact(known, words),
    contactFact(known, words, language),
    clockFact(known, words, language),
    fact("storage", known.isPersisted ? words.persisted : words.notPersisted, known.isPersisted),
    spaceFact(known, words, language),
    scannerFact(known, words, language),
    fact("awake", words.awake[health.wakeLock], !AWAKE_TROUBLES.has(health.wakeLock)),
    fact("faults", words.faults(health.errors, health.boots), health.errors === 0 && !health.quiet),
  ];
}

function configFact({ health: { configVersion, troubles } }: Known, words: StaffWords): Fact {
  const field = troubles?.configRefused;
  if (field === undefined) return { id: "config", value: configVersion, isWell: true };
  const value = words.configRefused(configVersion, field === "" ? "*" : field);
  return { id: "config", value, isWell: false };
}

const AWAKE_TROUBLES: ReadonlySet<KioskHealth["wakeLock"]> = new Set(["refused", "unsupported"]);

function contactFact({ contact, isDown }: Known, words: StaffWords, language: Language): Fact {
  if (contact === undefined) return { id: "contact", value: words.noContact, isWell: false };
  const age = ageText(contact.ageMs, language);
  const isWell = !isDown && contact.ageMs < SILENT_MS;
  return { id: "contact", value: isWell ? words.ago(age) : words.noAnswer(age), isWell };
}

function clockFact(known: Known, words: StaffWords, language: Language): Fact {
  const { wallMs, device, contact } = known;
  const time = timeOfDay(wallMs, language, device.timeZone) ?? words.clockUnset;
  if (contact === undefined) return { id: "clock", value: time, isWell: time !== words.clockUnset };
  const offMs = Math.abs(contact.offsetMs);
  if (offMs <= OFF_MS) return { id: "clock", value: words.clockRight(time), isWell: true };
  const off = ageText(offMs, language);
  // The proxy is ahead: this one is slow.
  const value = contact.offsetMs > 0 ? words.clockSlow(time, off) : words.clockFast(time, off);
  return { id: "clock", value, isWell: false };
}

function spaceFact({ health }: Known, words: StaffWords, language: Language): Fact {
  const { usedBytes, quotaBytes } = health;
  if (usedBytes === undefined || quotaBytes === undefined) {
    return { id: "space", value: words.unknown, isWell: true };
  }
  const value = words.spaceUsed(sizeText(usedBytes, language), sizeText(quotaBytes, language));
  return { id: "space", value, isWell: usedBytes < FULL_SHARE * quotaBytes };
}

function scannerFact({ health }: Known, words: StaffWords, language: Language): Fact {
  const value =
    health.lastScanMs === undefined
      ? words.noCardYet
      : words.lastCard(ageText(health.lastScanMs, language));
  return { id: "scanner", value, isWell: health.scannerSilent !== true };
}
