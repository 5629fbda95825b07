import type { JourneyStage } from "../../contract/journey.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import type { Vault } from "../vault/vault.ts";
import { hourOf, SCAN } from "./open-updates.ts";
import { openFrom, type OpenColumns, type OpenCounts } from "./scan-counts.ts";
import type { Tx } from "./sql.ts";
import type { StoredJourney, StoredJourneyUpdate } from "./operations-store.ts";
import { suppressionOf } from "./suppression.ts";
import { callsFrom, isGivenUp, MAX_CALLS, type VisitorCall } from "./visitor-calls.ts";
import type { VisitorState } from "./visitor-state.ts";

interface VisitorRow extends OpenColumns {
  readonly state: VisitorState;
  readonly acked_version: number;
  readonly reason: string | null;
  readonly attempts: number;
  readonly due_ms: number;
  readonly calls: string;
  readonly confirmed_ms: number | null;
}

interface UpdateRow {
  readonly id: string;
  readonly store_id: string | null;
  readonly kiosk_id: string | null;
  readonly occasion: "scan" | "answer";
  readonly question: string | null;
  readonly config_version: string;
  readonly verdict: string;
  readonly version: number;
  readonly effective_ms: number;
  readonly received_ms: number;
}

/**
 * How far the newest updates of a visitor came (rule OP4). Of who withdrew or was erased nothing is
 * told, whatever is still kept.
 */
export async function journey(
  tx: Tx,
  vault: Vault,
  visitor: VisitorId,
  limit: number,
): Promise<StoredJourney> {
  const visitorKey = vault.hashOf(visitor);
  if ((await suppressionOf(tx, visitorKey)) !== undefined) {
    return { visitorKey, isSuppressed: true, updates: [] };
  }
  const held = await findVisitor(tx, visitorKey);
  const rows = await tx.all<UpdateRow>(
    `SELECT j.id, j.occasion, j.question, j.config_version, j.verdict, j.version, j.effective_ms,
       j.received_ms, coalesce(r.store_id, d.store_id) AS store_id,
       coalesce(r.kiosk_id, d.kiosk_id) AS kiosk_id
     FROM journal j
     LEFT JOIN device_record r ON r.device_id = j.device_id
     LEFT JOIN device d ON d.device_id = j.device_id
     WHERE j.visitor = $1
     ORDER BY j.effective_ms DESC, j.received_ms DESC, j.epoch, j.seq DESC, j.copy LIMIT $2`,
    [visitorKey, limit],
  );
  return {
    visitorKey,
    isSuppressed: false,
    ...(held === undefined ? {} : { visitor: stateOf(held) }),
    updates: rows.map((row) => updateOf(row, held)),
  };
}

async function findVisitor(tx: Tx, visitorKey: string): Promise<VisitorRow | undefined> {
  const rows = await tx.all<VisitorRow>(
    `SELECT v.state, v.acked_version, v.reason, v.attempts, v.due_ms, v.open_scans, v.open_updates,
       v.calls, b.confirmed_ms
     FROM visitor v LEFT JOIN read_back b ON b.visitor = v.visitor WHERE v.visitor = $1`,
    [visitorKey],
  );
  return rows[0];
}

function stateOf(row: VisitorRow): NonNullable<StoredJourney["visitor"]> {
  return {
    state: row.state,
    reason: row.reason ?? undefined,
    attempts: row.attempts,
    dueMs: row.due_ms,
    confirmedMs: row.confirmed_ms ?? 0,
  };
}

function updateOf(row: UpdateRow, visitor: VisitorRow | undefined): StoredJourneyUpdate {
  const times = timesOf(row, callsFrom(visitor?.calls ?? "[]"));
  return {
    id: row.id,
    storeId: row.store_id ?? "",
    kioskId: row.kiosk_id ?? "",
    occasion: row.occasion,
    question: row.question ?? undefined,
    configVersion: row.config_version,
    verdict: row.verdict,
    stage: times.appliedMs === undefined ? stageOf(row, visitor) : "applied",
    capturedMs: row.effective_ms,
    storedMs: row.received_ms,
    ...times,
  };
}

/** The same as it counts: what is open is not applied (see `scan-counts.ts`), and shares an hour's line. */
function stageOf(row: UpdateRow, visitor: VisitorRow | undefined): JourneyStage {
  if (row.verdict === "held") return "held";
  if (row.verdict === "discarded") return "refused";
  if (row.verdict === "superseded") return "superseded";
  if (visitor === undefined) return "waiting";
  const isAcknowledged = row.version <= visitor.acked_version;
  if (isAcknowledged && !isOpen(row, openFrom(visitor))) {
    const ended = firstOf(row, callsFrom(visitor.calls));
    return ended !== undefined && isGivenUp(ended) ? "refused" : "applied";
  }
  switch (visitor.state) {
    case "dead":
      return "refused";
    case "unknown":
      return "unknown";
    case "absent":
      return "waiting";
    case "waiting":
    case "idle":
      return isAcknowledged ? "acknowledged" : "waiting";
  }
}

/** The store is left out: a kiosk that was paired anew elsewhere sends for that one. */
function isOpen(row: UpdateRow, { updates }: OpenCounts): boolean {
  const question = row.occasion === "scan" ? SCAN : row.question;
  return updates.some((line) => line[0] === hourOf(row.effective_ms) && line[2] === question);
}

/** The oldest of the calls that are kept which had everything up to the update's version in it. */
function firstOf(
  { version }: Pick<UpdateRow, "version">,
  calls: readonly VisitorCall[],
): VisitorCall | undefined {
  return calls.findLast(([carried]) => carried >= version);
}

/** The first call that carried it, or something newer in its place; and when that was applied. */
function timesOf(
  { version, verdict }: UpdateRow,
  calls: readonly VisitorCall[],
): Pick<StoredJourneyUpdate, "sentMs" | "acknowledgedMs" | "appliedMs"> {
  if (verdict !== "accepted") return {};
  const first = firstOf({ version }, calls);
  // An older call, which is no longer kept, may have carried it first.
  const isCut = calls.length === MAX_CALLS && first === calls.at(-1);
  if (first === undefined || isCut || isGivenUp(first)) return {};
  const [, sentMs, acknowledgedMs] = first;
  const carrying = calls.filter(([carried]) => carried >= version);
  const appliedMs = carrying.findLast((call) => call[3] > 0)?.[3];
  return {
    ...(sentMs === 0 ? {} : { sentMs }),
    acknowledgedMs,
    ...(appliedMs === undefined ? {} : { appliedMs }),
  };
}
