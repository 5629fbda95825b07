import { Gauge, Registry } from "prom-client";
import type { BulkLaneFigures } from "./bulk-lane.ts";
import { forecastFrom, type Forecast } from "../domain/forecast.ts";
import type { StoreFigures } from "./store/store.ts";

export interface MetricsSource {
  readonly figures: () => Promise<StoreFigures>;
  readonly allowed: number;
  /** What looks at profiles came to since the start. */
  readonly looks?: () => Readonly<Record<string, number>>;
  /** What came of creating members since the start, where that is switched on. */
  readonly creation?: (() => BulkLaneFigures) | undefined;
  /** What came of bringing the backlog in bulk, where that is switched on. */
  readonly overflow?: (() => BulkLaneFigures) | undefined;
}

/** Prometheus text of what the store knows, read at the moment of asking. Never holds a visitor. */
export function createMetrics(source: MetricsSource): () => Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `tarjeta_${name}`, help, labelNames, registers: [registry] });

  const updates = gauge("updates", "Updates taken in, by verdict.", ["verdict"]);
  const waiting = gauge("visitors_waiting", "Visitors that owe Target something.");
  const oldest = gauge("oldest_waiting_seconds", "Age of the oldest waiting visitor.");
  const dead = gauge("dead_letters", "Visitors whose update Target refused.");
  const absent = gauge("visitors_absent", "Visitors Target does not have, who are looked for.");
  const unknown = gauge("visitors_unknown", "Visitors who were looked for in vain, at rest.");
  const scans = gauge("scans_7d", "Scans of the last 7 days (UTC) by what became of them.", [
    "fate",
  ]);
  const planned = gauge("looks_waiting", "Looks at profiles that are planned.");
  const looks = gauge("looks", "Looks at profiles since the start, by what was seen.", ["seen"]);
  const created = gauge(
    "creation_rows",
    "Members put into bulk files since the start, by how their file ended.",
    ["end"],
  );
  const creating = gauge("creation_files_open", "Bulk files that Target has or is to get.");
  const filed = gauge(
    "overflow_rows",
    "Waiting members put into bulk files since the start, by how their file ended.",
    ["end"],
  );
  const filing = gauge("overflow_files_open", "Such files that Target has or is to get.");
  const incidents = gauge("incidents_open", "Losses and doubts nobody has cleared.");
  const held = gauge("held_updates", "Updates beyond a kiosk's pace that wait for an operator.");
  const used = gauge("allowance_used_calls", "Calls that count against the rolling 24 hours.");
  const allowed = gauge("allowance_calls", "Calls allowed in any rolling 24 hours.");
  const fresh = gauge(
    "visitors_waiting_fresh",
    "Visitors among those waiting who were scanned within the last 5 minutes.",
  );
  const arrived = gauge(
    "visitors_arrived_1h",
    "Visitors that came to owe Target something within the last hour.",
  );
  const clears = gauge(
    "backlog_clears_seconds",
    "Time until nobody waits any more, if visitors arrive as in the last hour; +Inf when never.",
  );
  const owed = gauge("kiosk_owed_updates", "Updates a kiosk said it still owes.", KIOSK);
  const seen = gauge("kiosk_last_seen_timestamp_seconds", "When a kiosk was last heard of.", KIOSK);

  return async () => {
    const figures = await source.figures();
    for (const [verdict, count] of Object.entries(figures.updatesByVerdict)) {
      updates.set({ verdict }, count);
    }
    waiting.set(figures.visitorsWaiting);
    oldest.set(figures.oldestWaitingMs / 1_000);
    dead.set(figures.deadLetters);
    absent.set(figures.visitorsAbsent);
    unknown.set(figures.visitorsUnknown);
    for (const [fate, number] of Object.entries(figures.scans)) scans.set({ fate }, number);
    planned.set(figures.looksWaiting);
    for (const [seen, number] of Object.entries(source.looks?.() ?? {}))
      looks.set({ seen }, number);
    const creation = source.creation?.();
    for (const [end, number] of Object.entries(creation?.rows ?? {})) created.set({ end }, number);
    creating.set(creation?.filesOpen ?? 0);
    const overflow = source.overflow?.();
    for (const [end, number] of Object.entries(overflow?.rows ?? {})) filed.set({ end }, number);
    filing.set(overflow?.filesOpen ?? 0);
    incidents.set(figures.openIncidents);
    held.set(figures.held);
    used.set(figures.allowanceUsed);
    allowed.set(source.allowed);
    fresh.set(figures.visitorsFresh);
    arrived.set(figures.arrivedLastHour);
    clears.set(secondsOf(forecastOf(figures, source.allowed)));
    for (const each of figures.kiosks) {
      const labels = { device: each.deviceId, store: each.storeId, kiosk: each.kioskId };
      owed.set(labels, each.owed);
      seen.set(labels, each.lastSeenMs / 1_000);
    }
    return registry.metrics();
  };
}

const KIOSK = ["device", "store", "kiosk"];

/** When nobody will wait any more (rule QT5). */
export function forecastOf(figures: StoreFigures, allowed: number): Forecast {
  return forecastFrom({
    waiting: figures.visitorsWaiting,
    arrivedLastHour: figures.arrivedLastHour,
    used: figures.allowanceUsed,
    allowed,
    releasedByHour: figures.allowanceReleasedByHour,
  });
}

function secondsOf(forecast: Forecast): number {
  switch (forecast.type) {
    case "clear":
      return 0;
    case "clears":
      return forecast.inMs / 1_000;
    case "grows":
      return Infinity;
  }
}
