import { signal, type ReadonlySignal } from "@preact/signals-core";
import type { RefusalReason, StorageTrouble } from "../visit.ts";

/**
 * What a log may say: names and numbers of ours. Nothing of a visit that was noted, so that one which was
 * taken back leaves nothing here either (rule PV5); of a refusal its reason, and that in memory alone.
 */
export type Happening =
  | { readonly type: "started" }
  | { readonly type: "link-down" }
  | { readonly type: "link-up" }
  | { readonly type: "sent"; readonly count: number }
  | { readonly type: "config"; readonly version: string }
  | { readonly type: "refused"; readonly reason: RefusalReason }
  | { readonly type: "storage"; readonly reason: StorageTrouble }
  | { readonly type: "closed" }
  | { readonly type: "opened" }
  | { readonly type: "broke" }
  | { readonly type: "staff-came" }
  | { readonly type: "staff-left" }
  | { readonly type: "wrong-pin" }
  | { readonly type: "saved"; readonly count: number }
  | { readonly type: "cleaned" }
  | { readonly type: "restarted" };

export interface LogLine {
  /** Kiosk wall time; a clock that was set meanwhile shows in it. */
  readonly atMs: number;
  readonly what: Happening;
}

export interface StaffLog {
  /** Oldest first. */
  readonly lines: ReadonlySignal<readonly LogLine[]>;
  readonly add: (what: Happening) => void;
}

export interface StaffLogDeps {
  readonly storage: Pick<Storage, "getItem" | "setItem">;
  readonly wallMs: () => number;
}

/** Ours: about a day of a kiosk that fares well, and 8 kB at the most. */
export const MOST_LINES = 100;

const LOG_KEY = "tarjeta-log";

/**
 * What happened lately, for whoever stands there and asks why. The last hundred, over restarts; a power cut
 * may take the last seconds, which the browser had not written yet.
 */
export function createStaffLog({ storage, wallMs }: StaffLogDeps): StaffLog {
  const lines = signal(linesIn(storage));

  return {
    lines,
    add(what) {
      lines.value = [...lines.peek(), { atMs: Math.floor(wallMs()), what }].slice(-MOST_LINES);
      // A payment card leaves nothing on the disk, not even that there was one (rule PV3).
      if (what.type === "refused") return;
      const kept = lines.peek().filter(({ what: { type } }) => type !== "refused");
      try {
        storage.setItem(LOG_KEY, JSON.stringify(kept));
      } catch {
        // A full storage: this life remembers it.
      }
    },
  };
}

function linesIn(storage: StaffLogDeps["storage"]): readonly LogLine[] {
  try {
    const found: unknown = JSON.parse(storage.getItem(LOG_KEY) ?? "[]");
    return Array.isArray(found) ? found.filter(isLine).slice(-MOST_LINES) : [];
  } catch {
    // Damaged text remembers nothing.
    return [];
  }
}

/** Only this app writes there; one of another version may have known other happenings. */
function isLine(value: unknown): value is LogLine {
  const { atMs, what } = (value ?? {}) as Partial<LogLine>;
  return typeof atMs === "number" && typeof what?.type === "string" && what.type in KNOWN;
}

const KNOWN: Readonly<Record<Happening["type"], true>> = {
  started: true,
  "link-down": true,
  "link-up": true,
  sent: true,
  config: true,
  refused: true,
  storage: true,
  closed: true,
  opened: true,
  broke: true,
  "staff-came": true,
  "staff-left": true,
  "wrong-pin": true,
  saved: true,
  cleaned: true,
  restarted: true,
};
