import type { Incident } from "../../contract/admin.ts";

const LOSSES: ReadonlySet<Incident["type"]> = new Set([
  "updates-lost",
  "outbox-wiped",
  "outbox-torn",
]);

/** Says that scans are gone, or may be; every other incident is a doubt. */
export function isLoss({ type }: Pick<Incident, "type">): boolean {
  return LOSSES.has(type);
}
