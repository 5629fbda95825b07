import type { VisitorRecord } from "../privacy/privacy-log.ts";
import { closeSaying, reportIncident } from "./incident-rows.ts";
import type { Tx } from "./sql.ts";

const ABOUT = "privacy log";

/** Raises the incident about the log outside the database; without words closes it. */
export async function notePrivacyLog(
  tx: Tx,
  detail: string | undefined,
  atMs: number,
): Promise<void> {
  if (detail === undefined) {
    const id = `privacy-log-behind:${ABOUT}`;
    return closeSaying(tx, id, "what was asked for since was asked for again", atMs);
  }
  await reportIncident(tx, {
    type: "privacy-log-behind",
    place: { deviceId: "", storeId: "", kioskId: "" },
    epoch: ABOUT,
    detail,
    atMs,
    open: true,
  });
}

/** Every withdrawal and erasure that the database has heard of, oldest first. */
export async function suppressions(tx: Tx): Promise<readonly VisitorRecord[]> {
  const rows = await tx.all<{ visitor: string; act: VisitorRecord["act"]; at_ms: number }>(
    "SELECT visitor, act, at_ms FROM suppression ORDER BY at_ms, visitor",
    [],
  );
  return rows.map(({ visitor, act, at_ms: atMs }) => ({ act, visitorKey: visitor, atMs }));
}
