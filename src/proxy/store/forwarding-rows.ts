import type { ForwardingState } from "../../contract/forwarding.ts";
import { admitted, CLOSED, stepBreaker, type Breaker, type BreakerEvent } from "../breaker.ts";
import {
  isFreshlyWitnessed,
  isOwnFault,
  markOf,
  noteDelivered,
  noteRefused,
  type RefusalGuard,
  type Witness,
} from "../refusal-guard.ts";
import { furthestLedgerMs } from "./allowance.ts";
import type { ForwardingPauseOrder, TargetNews, TargetVerdict } from "./forwarding-store.ts";
import type { Tx } from "./sql.ts";

// One row: what all replicas together know of Target as a whole, and whether an operator holds them.

interface ForwardingRow {
  readonly failures: number;
  readonly open_until_ms: number | null;
  readonly probe: number;
  readonly probe_until_ms: number | null;
  readonly refused_in_a_row: number;
  readonly witness: string | null;
  readonly witness_ms: number | null;
  readonly earlier_witness: string | null;
  readonly earlier_witness_ms: number | null;
  readonly paused_ms: number | null;
  readonly paused_by: string | null;
  readonly pause_reason: string | null;
}

const ROW = `SELECT failures, open_until_ms, probe, probe_until_ms, refused_in_a_row,
    witness, witness_ms, earlier_witness, earlier_witness_ms, paused_ms, paused_by, pause_reason
  FROM forwarding WHERE id = 1`;

async function readRow(tx: Tx): Promise<ForwardingRow> {
  return (await tx.all<ForwardingRow>(ROW, []))[0]!;
}

async function lockRow(tx: Tx): Promise<ForwardingRow> {
  return (await tx.all<ForwardingRow>(`${ROW} {{FOR UPDATE}}`, []))[0]!;
}

function breakerIn({ failures, open_until_ms, probe, probe_until_ms }: ForwardingRow): Breaker {
  if (open_until_ms === null) return failures === 0 ? CLOSED : { state: "closed", failures };
  return {
    state: "open",
    failures,
    untilMs: open_until_ms,
    ...(probe_until_ms === null ? {} : { probe: { number: probe, untilMs: probe_until_ms } }),
  };
}

function guardIn(row: ForwardingRow): RefusalGuard {
  const newest = witnessFrom(row.witness, row.witness_ms);
  const earlier = witnessFrom(row.earlier_witness, row.earlier_witness_ms);
  return { witnesses: [...newest, ...earlier], refusedInARow: row.refused_in_a_row };
}

function witnessFrom(mark: string | null, atMs: number | null): readonly Witness[] {
  return mark === null || atMs === null ? [] : [{ mark, atMs }];
}

/** How many visitors may be claimed now. */
export interface Admission {
  readonly limit: number;
  /** The one that is admitted is the breaker's probe. */
  readonly isProbe: boolean;
  /** Ledger time from which more is admitted, where that is known. */
  readonly heldUntilMs?: number | undefined;
}

/**
 * What pause and breaker admit of `free` places. An open breaker's row stays locked until the claim
 * ends: so two replicas never both find that nobody tries.
 */
export async function admission(tx: Tx, ledgerMs: number, free: number): Promise<Admission> {
  const seen = await readRow(tx);
  if (seen.paused_ms !== null) return { limit: 0, isProbe: false };
  if (seen.open_until_ms === null) return { limit: free, isProbe: false };
  const breaker = breakerIn(await lockRow(tx));
  const limit = admitted(breaker, ledgerMs, free);
  if (breaker.state === "closed") return { limit, isProbe: false };
  const { untilMs } = breaker;
  return { limit, isProbe: true, ...(ledgerMs < untilMs ? { heldUntilMs: untilMs } : {}) };
}

/** Notes that the probe is on its way, until `untilMs` at the latest, and gives its number. */
export async function beginProbe(tx: Tx, untilMs: number): Promise<number> {
  await tx.run("UPDATE forwarding SET probe = probe + 1, probe_until_ms = $1 WHERE id = 1", [
    untilMs,
  ]);
  return (await readRow(tx)).probe;
}

/** Takes note of what a call said about Target as a whole, in ledger time that never goes back. */
export async function noteTarget(tx: Tx, news: TargetNews): Promise<TargetVerdict> {
  const nowMs = Math.max(news.ledgerMs, (await furthestLedgerMs(tx)) ?? news.ledgerMs);
  if (isNoNews(await readRow(tx), news, nowMs)) return { isOwnFault: false };
  const row = await lockRow(tx);
  const noted = note(guardIn(row), news, nowMs);
  const breaker = stepBreaker(breakerIn(row), {
    event: noted.event,
    probe: news.probe,
    nowMs,
    random: news.draw,
  });
  await save(tx, breaker, noted.guard);
  return { isOwnFault: noted.isOwnFault };
}

/** In calm weather a call changes nothing here, and need not wait for whoever does. */
function isNoNews(row: ForwardingRow, news: TargetNews, nowMs: number): boolean {
  const isCalm = row.open_until_ms === null && row.failures === 0;
  switch (news.type) {
    case "delivered":
      return isCalm && isFreshlyWitnessed(guardIn(row), nowMs);
    case "silent":
      return news.probe === undefined || news.probe !== row.probe || row.probe_until_ms === null;
    case "unavailable":
    case "refused":
      return false;
  }
}

interface Noted {
  readonly guard: RefusalGuard;
  readonly event: BreakerEvent;
  readonly isOwnFault: boolean;
}

function note(guard: RefusalGuard, news: TargetNews, atMs: number): Noted {
  switch (news.type) {
    case "delivered": {
      const witness = { mark: markOf(news.visitorKey), atMs };
      return {
        guard: noteDelivered(guard, witness),
        event: { type: "delivered" },
        isOwnFault: false,
      };
    }
    case "refused": {
      const after = noteRefused(guard);
      const isOwn = isOwnFault(after, { mark: markOf(news.visitorKey), atMs });
      // A refusal that is the visitor's own says nothing of Target.
      return { guard: after, event: { type: isOwn ? "silent" : "refusing" }, isOwnFault: isOwn };
    }
    case "unavailable": {
      const { retryAfterMs } = news;
      return { guard, event: { type: "unavailable", retryAfterMs }, isOwnFault: false };
    }
    case "silent":
      return { guard, event: { type: "silent" }, isOwnFault: false };
  }
}

async function save(tx: Tx, breaker: Breaker, { witnesses, refusedInARow }: RefusalGuard) {
  const [newest, earlier] = witnesses;
  const isOpen = breaker.state === "open";
  await tx.run(
    `UPDATE forwarding SET failures = $1, open_until_ms = $2, probe_until_ms = $3,
       refused_in_a_row = $4, witness = $5, witness_ms = $6, earlier_witness = $7,
       earlier_witness_ms = $8
     WHERE id = 1`,
    [
      breaker.failures,
      isOpen ? breaker.untilMs : null,
      isOpen ? (breaker.probe?.untilMs ?? null) : null,
      refusedInARow,
      newest?.mark ?? null,
      newest?.atMs ?? null,
      earlier?.mark ?? null,
      earlier?.atMs ?? null,
    ],
  );
}

/** Holds all replicas from their next claim on; said again, the newer word stands. */
export async function pauseForwarding(tx: Tx, order: ForwardingPauseOrder): Promise<void> {
  await tx.run(
    "UPDATE forwarding SET paused_ms = $1, paused_by = $2, pause_reason = $3 WHERE id = 1",
    [order.atMs, order.who, order.reason ?? null],
  );
}

export async function resumeForwarding(tx: Tx): Promise<void> {
  await tx.run(
    "UPDATE forwarding SET paused_ms = NULL, paused_by = NULL, pause_reason = NULL WHERE id = 1",
    [],
  );
}

export async function isPaused(tx: Tx): Promise<boolean> {
  return (await readRow(tx)).paused_ms !== null;
}

/** For people to see: nobody waits for whoever asks. */
export async function forwardingState(tx: Tx, ledgerMs: number): Promise<ForwardingState> {
  const row = await readRow(tx);
  const nowMs = Math.max(ledgerMs, (await furthestLedgerMs(tx)) ?? ledgerMs);
  const untilMs = row.open_until_ms ?? undefined;
  const isOpen = untilMs !== undefined;
  const isHeld = isOpen && nowMs < untilMs;
  return {
    state: row.paused_ms !== null ? "paused" : isOpen ? "breaker-open" : "running",
    ...(row.paused_ms === null
      ? {}
      : {
          pause: {
            sinceMs: row.paused_ms,
            who: row.paused_by ?? "",
            ...(row.pause_reason === null ? {} : { reason: row.pause_reason }),
          },
        }),
    breaker: {
      state: isHeld ? "open" : isOpen ? "probing" : "closed",
      failures: row.failures,
      ...(isOpen ? { untilMs } : {}),
    },
  };
}
