import { Gauge, Registry } from "prom-client";
import { createAdmissionGauges } from "./admission/admission-metrics.ts";
import type { AdmissionFigures } from "./admission/admission.ts";
import type { CreationFigures } from "./read-back/creation-lane.ts";
import type { StoreFigures } from "./store/store.ts";

export interface MetricsSource {
  readonly figures: () => Promise<StoreFigures>;
  readonly allowed: number;
  /** What waits before the store, and who was told to come back. */
  readonly admission?: () => AdmissionFigures;
  /** What looks at profiles came to since the start. */
  readonly looks?: () => Readonly<Record<string, number>>;
  /** What came of creating members since the start, where that is switched on. */
  readonly creation?: (() => CreationFigures) | undefined;
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
  const incidents = gauge("incidents_open", "Losses and doubts nobody has cleared.");
  const held = gauge("held_updates", "Updates beyond a kiosk's pace that wait for an operator.");
  const used = gauge("allowance_used_calls", "Calls that count against the rolling 24 hours.");
  const allowed = gauge("allowance_calls", "Calls allowed in any rolling 24 hours.");
  const owed = gauge("kiosk_owed_updates", "Updates a kiosk said it still owes.", KIOSK);
  const seen = gauge("kiosk_last_seen_timestamp_seconds", "When a kiosk was last heard of.", KIOSK);

  const { admission } = source;
  const setAdmission =
    admission === undefined ? () => {} : createAdmissionGauges(registry, admission);

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
    incidents.set(figures.openIncidents);
    held.set(figures.held);
    setAdmission();
    used.set(figures.allowanceUsed);
    allowed.set(source.allowed);
    for (const each of figures.kiosks) {
      const labels = { device: each.deviceId, store: each.storeId, kiosk: each.kioskId };
      owed.set(labels, each.owed);
      seen.set(labels, each.lastSeenMs / 1_000);
    }
    return registry.metrics();
  };
}

const KIOSK = ["device", "store", "kiosk"];
