import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { stepVisit, type Screen, type Visit, type VisitEvent } from "../../src/kiosk/visit.ts";
import { nextDeadlineMs, NO_VISIT } from "../../src/kiosk/visit-first.ts";

/** A visit lived through by the clock: events at their times, and the ticks that come due between. */
export function visitTimeline(config: KioskConfig = EXAMPLE_CONFIG) {
  let visit: Visit = NO_VISIT;
  const seen: string[] = [];

  function take(event: VisitEvent, atMs: number): void {
    visit = stepVisit(visit, event, atMs, config);
    const name = nameOf(visit.screen);
    if (seen.at(-1)?.split("@")[0] !== name) seen.push(`${name}@${atMs}`);
  }

  function runTo(atMs: number): void {
    for (;;) {
      const dueMs = nextDeadlineMs(visit);
      if (dueMs === undefined || dueMs > atMs) return;
      take({ type: "ticked" }, dueMs);
      if (nextDeadlineMs(visit) === dueMs) throw new Error(`nothing ended at ${dueMs} ms`);
    }
  }

  return {
    at(atMs: number, ...events: readonly VisitEvent[]) {
      runTo(atMs);
      for (const event of events) take(event, atMs);
    },
    runTo,
    /** Screens as they came, `name@ms`. */
    screens: () => seen,
    visit: () => visit,
  };
}

export function nameOf(screen: Screen): string {
  return screen.state === "thanked" ? screen.step : screen.state;
}

/** A scan of the card that a letter stands for. */
export function scanOf(card: string, visitId = `visit-${card}`): VisitEvent {
  return { type: "scanned", visitId, fingerprint: `print-${card}`, masked: `•••• ${card}` };
}

export function storedOf(
  card: string,
  visitId = `visit-${card}`,
  heldUntilMs?: number,
): VisitEvent {
  return { type: "stored", visitId, wallMs: 1_700_000_000_000, heldUntilMs };
}
