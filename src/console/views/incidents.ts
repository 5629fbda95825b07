import type { Overview } from "../../contract/overview.ts";
import type { Condition } from "./kiosk-troubles.ts";
import { isLoss } from "./losses.ts";
import type { Saying } from "./saying.ts";

export interface IncidentRow {
  readonly id: string;
  readonly condition: Condition;
  readonly title: string;
  readonly where: string;
  readonly since: string;
  readonly next: string;
  readonly detail: string;
}

export interface IncidentsView {
  readonly open: number;
  readonly openText: string;
  readonly rows: readonly IncidentRow[];
  readonly more: string | undefined;
}

/** Losses first, then the newest. */
export function incidentsView(
  incidents: Overview["incidents"],
  nowMs: number,
  { words, formats }: Saying,
): IncidentsView {
  const { open, list } = incidents;
  const say = words.incidents;
  const sorted = list.toSorted(
    (a, b) => Number(isLoss(b)) - Number(isLoss(a)) || b.lastAtMs - a.lastAtMs,
  );
  return {
    open,
    openText: say.open(formats.count(open)),
    rows: sorted.map((incident) => ({
      id: incident.id,
      condition: isLoss(incident) ? "bad" : "warn",
      ...(say.type[incident.type] ?? say.other),
      where: say.where(incident.storeId, incident.kioskId),
      since: say.since(formats.moment(incident.firstAtMs, nowMs)),
      detail: incident.detail,
    })),
    more: open > list.length ? say.more(formats.count(open - list.length)) : undefined,
  };
}
