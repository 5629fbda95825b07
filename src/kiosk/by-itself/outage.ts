import { effect, signal, type ReadonlySignal } from "@preact/signals-core";
import type { KioskOutage } from "../../contract/kiosk-troubles.ts";
import type { Clock } from "../../domain/clock.ts";
import { CLOSED_KEY } from "../visit-first.ts";
import type { VisitSession } from "../visit-session.ts";

/** That a kiosk takes no cards, and since when, on the page's monotonic clock. */
export interface Outage {
  readonly why: KioskOutage["why"];
  readonly sinceMs: number;
}

export interface OutageDeps {
  readonly session: Pick<VisitSession, "screen">;
  readonly clock: Clock;
  /** Where staff's word outlives the page. */
  readonly storage: Pick<Storage, "getItem">;
}

/** Follows whether the kiosk takes cards. While staff look after it, what was so is so until they leave. */
export function watchOutage({
  session,
  clock,
  storage,
}: OutageDeps): ReadonlySignal<Outage | undefined> {
  const outage = signal<Outage | undefined>(undefined);
  effect(() => {
    const screen = session.screen.value;
    if (screen.state === "staff") return;
    const why = screen.state === "out-of-service" ? screen.reason : undefined;
    if (why === outage.peek()?.why) return;
    const earlierMs = why === "closed" ? closedFor(storage, clock.wallMs()) : 0;
    outage.value = why && { why, sinceMs: clock.monoMs() - earlierMs };
  });
  return outage;
}

/** By the wall clock, since no other outlives the page; none where that was set back, or nobody noted it. */
function closedFor(storage: OutageDeps["storage"], nowMs: number): number {
  const text = storage.getItem(CLOSED_KEY) ?? "";
  return /^\d+$/.test(text) ? Math.max(0, nowMs - Number(text)) : 0;
}
