import type { KioskHealth } from "../../contract/kiosk-health.ts";
import type { KioskTroubles } from "../../contract/kiosk-troubles.ts";
import { MAX_ENTRIES } from "../../outbox/idb-outbox.ts";
import { FREE_TRIES, type Tries } from "../staff/pin-tries.ts";
import { startsOf, type Boots } from "./boots.ts";
import type { Outage } from "./outage.ts";

/** What is known of a kiosk's troubles at a moment. */
export interface KnownTroubles {
  readonly outage: Outage | undefined;
  readonly space: Pick<KioskHealth, "usedBytes" | "quotaBytes">;
  /** Updates owed. */
  readonly depth: number;
  /** The first wrong field of the configuration that it should have and does not use. */
  readonly configRefused: string | undefined;
  readonly boots: Boots;
  readonly tries: Tries;
  readonly wallMs: number;
  readonly monoMs: number;
}

/** Ours: from here on a browser may soon refuse. */
const FULL_SHARE = 0.8;

/** What is told of them. */
export function troublesOf(known: KnownTroubles): KioskTroubles {
  const { outage, boots, tries, wallMs } = known;
  return {
    v: 1,
    ...(outage && {
      outOfService: { why: outage.why, forMs: Math.round(known.monoMs - outage.sinceMs) },
    }),
    ...(isNearlyFull(known.space, known.depth) ? { nearlyFull: true } : {}),
    ...(known.configRefused === undefined ? {} : { configRefused: toldPath(known.configRefused) }),
    ...startsOf(boots, wallMs),
    ...(tries.wrong < FREE_TRIES ? {} : { wrongPins: Math.min(tries.wrong, MOST_PINS) }),
  };
}

/** The contract takes no more of them. */
const MOST_PINS = 1_000_000;

/** Whether a browser may soon refuse, or the outbox stands shortly before its high-water mark (rule OB3). */
export function isNearlyFull(
  { usedBytes, quotaBytes }: KnownTroubles["space"],
  depth: number,
): boolean {
  if (depth >= FULL_SHARE * MAX_ENTRIES) return true;
  return (
    usedBytes !== undefined && quotaBytes !== undefined && usedBytes >= FULL_SHARE * quotaBytes
  );
}

/** A path as the contract takes it; whatever is no name and no place in a list is `*`. */
export function toldPath(path: string): string {
  const parts = path === "" ? [] : path.split(".");
  return parts
    .slice(0, 12)
    .map((part) => (/^(?:[A-Za-z]{1,32}|\d{1,3})$/.test(part) ? part : "*"))
    .join(".");
}
