import { Gauge, Registry } from "prom-client";
import type { BulkLaneFigures } from "./bulk-lane.ts";
import { Incident } from "../contract/admin.ts";
import { DeadLetterClass } from "../contract/dead-letters.ts";
import { ForwardingState } from "../contract/forwarding.ts";
import { forecastOf } from "./allowance-forecast.ts";
import type { Forecast } from "../domain/forecast.ts";
import type { ProcessMetrics } from "./process-metrics.ts";
import { createKioskGauges } from "./kiosk-metrics.ts";
import { isStoreTrouble } from "./store/store-error.ts";
import { createAdmissionGauges } from "./admission/admission-metrics.ts";
import type { AdmissionFigures } from "./admission/admission.ts";
import type { DiskFigures } from "./disk-space.ts";
import { createHelpGauges } from "./help/help-metrics.ts";
import type { StoreFigures } from "./store/store.ts";

export interface MetricsSource {
  readonly figures: () => Promise<StoreFigures>;
  readonly allowed: number;
  /** What this process counts of itself. */
  readonly ownMetrics: ProcessMetrics;
  /** What waits before the store, and who was told to come back. */
  readonly admission?: () => AdmissionFigures;
  /** What looks at profiles came to since the start. */
  readonly looks?: () => Readonly<Record<string, number>>;
  /** What came of creating members since the start, where that is switched on. */
  readonly creation?: (() => BulkLaneFigures) | undefined;
  /** What came of bringing the backlog in bulk, where that is switched on. */
  readonly overflow?: (() => BulkLaneFigures) | undefined;
  /** Of the disk the database is on, where it is ours. */
  readonly disk?: (() => DiskFigures) | undefined;
  /** Whether the kiosks' configuration in use is what its file says. */
  readonly isConfigTaken?: () => boolean;
}

/** Ours: half of the time after which Prometheus gives up unless told otherwise. */
const MAX_READ_MS = 5_000;

/**
 * Prometheus text of what the store knows, read at the moment of asking, and of what this process counts.
 * Never holds a visitor. While the store does not answer, its figures are left out rather than told as
 * they were, and `tarjeta_database_up` is 0 (rule OP6).
 */
export function createMetrics(source: MetricsSource): () => Promise<string> {
  const registry = new Registry();
  const showFigures = createFigureGauges(registry, source.allowed);
  const showHelp = createHelpGauges(registry);
  const showLooks = createLookGauges(registry, source);
  const { admission } = source;
  const showAdmission =
    admission === undefined ? () => {} : createAdmissionGauges(registry, admission);
  const showDisk = createDiskGauge(registry, source);
  const showConfig = createConfigGauge(registry, source);
  return async () => {
    const figures = await readWithin(source.figures, MAX_READ_MS);
    const own = await source.ownMetrics.text(figures !== undefined);
    if (figures === undefined) return own;
    showFigures(figures);
    showHelp(figures);
    showLooks();
    showAdmission();
    showDisk();
    showConfig();
    return `${await registry.metrics()}\n${own}`;
  };
}

/** What the store says; nothing when it cannot, or takes too long to be waited for. */
async function readWithin(
  read: () => Promise<StoreFigures>,
  maxMs: number,
): Promise<StoreFigures | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), maxMs);
  });
  try {
    return await Promise.race([read(), tooLong]);
  } catch (error) {
    if (!isStoreTrouble(error)) throw error;
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

export type GaugeMaker = (name: string, help: string, labelNames?: string[]) => Gauge;

function gaugesIn(registry: Registry): GaugeMaker {
  return (name, help, labelNames = []) =>
    new Gauge({ name: `tarjeta_${name}`, help, labelNames, registers: [registry] });
}

function createFigureGauges(registry: Registry, allowed: number) {
  const gauge = gaugesIn(registry);
  const updates = gauge("updates", "Updates taken in, by verdict.", ["verdict"]);
  const tooOld = gauge("updates_too_old", "Superseded because they took effect too long ago.");
  const scans = gauge("scans_7d", "Scans of the last 7 days (UTC) by what became of them.", [
    "fate",
  ]);
  const today = gauge("scans_24h", "Scans of this hour and the 23 before (UTC) by their fate.", [
    "fate",
  ]);
  const dead = gauge("dead_letters", "Visitors whose update was refused, by class.", ["class"]);
  const forwarding = gauge("forwarding", "1 for the state forwarding is in, for all replicas.", [
    "state",
  ]);
  const failures = gauge("target_failures_in_a_row", "Calls that failed since the last good one.");
  const incidents = gauge("incidents_open", "Losses and doubts nobody has cleared.");
  const incidentsBy = gauge("incidents_open_by_type", "The same, by type.", ["type"]);
  const held = gauge("held_updates", "Updates beyond a kiosk's pace that wait for an operator.");
  const used = gauge("allowance_used_calls", "Calls that count against the rolling 24 hours.");
  const most = gauge("allowance_calls", "Calls allowed in any rolling 24 hours.");
  const planned = gauge("looks_waiting", "Looks at profiles that are planned.");
  const absent = gauge("visitors_absent", "Visitors Target does not have, who are looked for.");
  const unknown = gauge("visitors_unknown", "Visitors who were looked for in vain, at rest.");
  const showBacklog = createBacklogGauges(gauge, allowed);
  const showKiosks = createKioskGauges(gauge);

  return (figures: StoreFigures) => {
    setEach(updates, "verdict", figures.updatesByVerdict);
    setEach(scans, "fate", figures.scans);
    for (const fate of Object.keys(figures.scans) as (keyof StoreFigures["scans"])[]) {
      today.set(
        { fate },
        figures.hours.reduce((sum, slot) => sum + slot[fate], 0),
      );
    }
    tooOld.set(figures.updatesTooOld);
    for (const each of DeadLetterClass.options) {
      dead.set({ class: each }, figures.deadLettersByClass[each] ?? 0);
    }
    const { state, breaker } = figures.forwarding;
    for (const each of FORWARDING_STATES) forwarding.set({ state: each }, each === state ? 1 : 0);
    failures.set(breaker.failures);
    incidents.set(figures.openIncidents);
    for (const type of Incident.shape.type.options) incidentsBy.set({ type }, 0);
    setEach(incidentsBy, "type", figures.openIncidentsByType);
    held.set(figures.held);
    used.set(figures.allowanceUsed);
    most.set(allowed);
    planned.set(figures.looksWaiting);
    absent.set(figures.visitorsAbsent);
    unknown.set(figures.visitorsUnknown);
    showBacklog(figures);
    showKiosks(figures);
  };
}

function setEach(gauge: Gauge, label: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) gauge.set({ [label]: name }, value);
}

const LANES = ["fresh", "backlog"] as const;

function createBacklogGauges(gauge: GaugeMaker, allowed: number) {
  const waiting = gauge("visitors_waiting", "Visitors that owe Target something.");
  const oldest = gauge("oldest_waiting_seconds", "Age of the oldest waiting visitor.");
  const byLane = gauge("visitors_waiting_by_lane", "Waiting visitors; fresh ones go first.", [
    "lane",
  ]);
  const oldestBy = gauge("oldest_waiting_by_lane_seconds", "Age of the oldest in each lane.", [
    "lane",
  ]);
  const byAge = gauge(
    "visitors_waiting_by_age",
    "Waiting visitors by lane and by the age, in seconds, their class of age ends at.",
    ["lane", "up_to"],
  );
  const arrived = gauge(
    "visitors_arrived_1h",
    "Visitors that came to owe Target something within the last hour.",
  );
  const clears = gauge(
    "backlog_clears_seconds",
    "Time until nobody waits any more, if visitors arrive as in the last hour; +Inf when never.",
  );
  const grows = gauge("backlog_growth_visitors_per_day", "By how many the backlog grows; else 0.");

  return (figures: StoreFigures) => {
    waiting.set(figures.visitorsWaiting);
    oldest.set(figures.oldestWaitingMs / 1_000);
    for (const lane of LANES) {
      byLane.set({ lane }, figures.lanes[lane].visitors);
      oldestBy.set({ lane }, figures.lanes[lane].oldestMs / 1_000);
      for (const age of figures.ages) {
        const upTo = age.upToMs === undefined ? "+Inf" : String(age.upToMs / 1_000);
        byAge.set({ lane, up_to: upTo }, age[lane]);
      }
    }
    arrived.set(figures.arrivedLastHour);
    const forecast = forecastOf(figures, allowed);
    clears.set(secondsOf(forecast));
    grows.set(forecast.type === "grows" ? forecast.perDay : 0);
  };
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

function createLookGauges(registry: Registry, source: MetricsSource) {
  const gauge = gaugesIn(registry);
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
  return () => {
    setEach(looks, "seen", source.looks?.() ?? {});
    const creation = source.creation?.();
    setEach(created, "end", creation?.rows ?? {});
    creating.set(creation?.filesOpen ?? 0);
    const overflow = source.overflow?.();
    setEach(filed, "end", overflow?.rows ?? {});
    filing.set(overflow?.filesOpen ?? 0);
  };
}

function createDiskGauge(registry: Registry, { disk }: MetricsSource) {
  const reserve = gaugesIn(registry)(
    "disk_reserve_bytes",
    "With less free where the database lies, nothing more is taken in.",
  );
  return () => {
    if (disk !== undefined) reserve.set(disk().reserveBytes);
  };
}

function createConfigGauge(registry: Registry, { isConfigTaken }: MetricsSource) {
  const refused = gaugesIn(registry)(
    "kiosk_config_refused",
    "1 while KIOSK_CONFIG was changed and is wrong: the last good one is in use.",
  );
  return () => {
    refused.set(isConfigTaken?.() === false ? 1 : 0);
  };
}

const FORWARDING_STATES = ForwardingState.shape.state.options;
