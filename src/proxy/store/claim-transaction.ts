import type { VisitorId } from "../../domain/visitor-id.ts";
import type { Vault } from "../vault/vault.ts";
import { markApplied } from "./look-transaction.ts";
import { oweExpected } from "./owe-again.ts";
import {
  beginSearch,
  confirmProfile,
  findReadBack,
  noteNothingSent,
  orderLook,
  readBackState,
  type Resending,
} from "./read-back-rows.ts";
import { moveScans, openFrom, type OpenColumns } from "./scan-counts.ts";
import { charge, nextCallAtMs, openLedger, refund } from "./allowance.ts";
import { dueVisitors, type DueRow } from "./due-visitors.ts";
import { admission, beginProbe } from "./forwarding-rows.ts";
import type { Tx } from "./sql.ts";
import { DamagedRowError } from "./store-error.ts";
import type {
  ChargeAsk,
  Claim,
  ClaimAsk,
  ClaimedAttribute,
  ClaimRef,
  ClaimResult,
  Settlement,
} from "./store.ts";
import { setAsideSome, setUnusableAside } from "./set-aside-some.ts";
import { clearOnceMore, finishSuppression, suppressionOf } from "./suppression.ts";
import { sentValuesIn } from "./stored-json.ts";
import { openId } from "./vault-rows.ts";
import { noteCall } from "./visitor-calls.ts";

/** Ours: values of one attribute remembered as ours; FW6 asks only for recent ones. */
const MAX_SENT_VALUES = 16;

/** Leases due visitors and charges one call for each, as far as the allowance and its pace go. */
export async function claim(tx: Tx, vault: Vault, ask: ClaimAsk): Promise<ClaimResult> {
  let ledger = await openLedger(tx, ask);
  const { limit, isProbe, heldUntilMs } = await admission(tx, ledger.ledgerMs, ask.limit);
  if (limit === 0) {
    return heldUntilMs === undefined
      ? { claims: [] }
      : { claims: [], heldUntilLedgerMs: heldUntilMs };
  }
  const { rows, isHeldBack } = await dueVisitors(tx, ledger, { ...ask, limit });
  const due = await withIds(tx, vault, rows, ask.nowMs);
  const claims: Claim[] = [];
  if (due.length > 0) {
    const charged = await charge(tx, ledger, ask, due.length);
    const { bucket } = charged;
    ledger = charged.ledger;
    // As long as a call may be on its way by Target's clock: one whose ledger is ahead of ours, though
    // never of that, must not take the lease for over.
    const leaseUntilMs = ledger.ledgerMs + Math.max(ask.leaseMs, ask.maxCallMs);
    for (const row of due) {
      const leased = await lease(tx, row, ask, leaseUntilMs, bucket);
      if (leased.type === "leased") {
        claims.push(leased.claim);
        continue;
      }
      await refund(tx, bucket); // Nothing of it will leave.
      await setUnusableAside(tx, row, { class: "damaged", reason: leased.reason }, ask.nowMs);
    }
    if (isProbe && claims.length > 0) {
      return { claims, probe: await beginProbe(tx, leaseUntilMs) };
    }
  }
  const freeAtLedgerMs = isHeldBack ? await nextCallAtMs(tx, ledger, ask.allowed) : undefined;
  return freeAtLedgerMs === undefined ? { claims } : { claims, freeAtLedgerMs };
}

interface DueVisitor extends DueRow {
  readonly id: VisitorId;
}

/** Opens the ids. Whom nobody can name any more cannot be sent, and is set aside for a person to see. */
async function withIds(
  tx: Tx,
  vault: Vault,
  rows: readonly DueRow[],
  nowMs: number,
): Promise<readonly DueVisitor[]> {
  const due: DueVisitor[] = [];
  for (const row of rows) {
    const opened = openId(vault, row.visitor, row.sealed_id);
    if (opened.type === "opened") {
      due.push({ ...row, id: { kind: row.kind, value: opened.value } });
      continue;
    }
    await setUnusableAside(tx, row, opened, nowMs);
  }
  return due;
}

type Leased =
  | { readonly type: "leased"; readonly claim: Claim }
  /** A row of the visitor does not hold what it should; nothing was leased. */
  | { readonly type: "damaged"; readonly reason: string };

async function lease(
  tx: Tx,
  row: DueVisitor,
  { nowMs }: ClaimAsk,
  leaseUntilMs: number,
  bucket: number,
): Promise<Leased> {
  const held = await heldOf(tx, row, nowMs);
  if (held instanceof DamagedRowError) return { type: "damaged", reason: held.message };
  await tx.run(
    `UPDATE visitor SET lease_until_ms = $2, fence = fence + 1, claimed_version = version,
       charge_bucket = $3
     WHERE visitor = $1`,
    [row.visitor, leaseUntilMs, bucket],
  );
  await tx.run("UPDATE attribute SET claimed_value = value WHERE visitor = $1 AND version > $2", [
    row.visitor,
    row.acked_version,
  ]);
  const claim = {
    visitorKey: row.visitor,
    fence: row.fence + 1,
    visitor: row.id,
    version: row.version,
    attempts: row.attempts,
    ...held,
    ...(row.look_first === 1 ? { isRedriven: true } : {}),
  };
  return { type: "leased", claim };
}

/** What is to be sent, and what was seen of it; every column that settling it will need is read. */
async function heldOf(
  tx: Tx,
  row: DueVisitor,
  nowMs: number,
): Promise<Pick<Claim, "attributes" | "readBack"> | DamagedRowError> {
  try {
    const known = await findReadBack(tx, row.visitor);
    const attributes = await claimedAttributes(tx, row, known?.book.resending ?? []);
    const state = readBackState(known, nowMs);
    // Of what was given up before Target's word is not taken; and a call without an answer may yet
    // arrive, after the one that follows it.
    const isDoubtful = row.look_first === 1 || row.attempts > 0;
    return { readBack: isDoubtful ? { ...state, isAsked: true } : state, attributes };
  } catch (error) {
    if (error instanceof DamagedRowError) return error;
    throw error;
  }
}

async function claimedAttributes(
  tx: Tx,
  row: DueVisitor,
  resending: readonly Resending[],
): Promise<readonly ClaimedAttribute[]> {
  const attributes = await tx.all<{
    name: string;
    value: string;
    effective_ms: number;
    sent_values: string;
  }>(
    `SELECT name, value, effective_ms, sent_values FROM attribute
     WHERE visitor = $1 AND version > $2 ORDER BY name`,
    [row.visitor, row.acked_version],
  );
  return attributes.map(({ name, value, effective_ms: effectiveMs, sent_values }) => {
    const again = resending.find((each) => each.name === name && each.value === value);
    const sent = sentValuesIn(sent_values);
    const { revertedTo } = again ?? {};
    const sentValues = revertedTo === undefined ? sent : [...sent, revertedTo];
    return { name, value, effectiveMs, sentValues };
  });
}

/** Charges one more call, when one is left. */
export async function chargeAnother(tx: Tx, ask: ChargeAsk): Promise<boolean> {
  const ledger = await openLedger(tx, ask);
  if (ledger.used >= ask.allowed) return false;
  await charge(tx, ledger, ask, 1);
  return true;
}

/**
 * Remembers the claimed values as possibly sent. Not the merged ones: those may have become newer
 * since the claim, and are not what leaves.
 */
export async function recordSending(
  tx: Tx,
  ref: ClaimRef,
  names: readonly string[],
): Promise<boolean> {
  if ((await findLease(tx, ref)) === undefined) return false;
  for (const name of names.toSorted()) {
    const rows = await tx.all<{ claimed_value: string | null; sent_values: string }>(
      "SELECT claimed_value, sent_values FROM attribute WHERE visitor = $1 AND name = $2",
      [ref.visitorKey, name],
    );
    const claimed = rows[0]?.claimed_value ?? undefined;
    if (rows[0] === undefined || claimed === undefined) continue;
    const values = withSent(rows[0].sent_values, claimed);
    await tx.run("UPDATE attribute SET sent_values = $3 WHERE visitor = $1 AND name = $2", [
      ref.visitorKey,
      name,
      values,
    ]);
  }
  return true;
}

/** The values that may have reached Target, as they are stored, and `value` the newest of them. */
export function withSent(sentValues: string, value: string): string {
  const sent = sentValuesIn(sentValues);
  const values = [value, ...sent.filter((each) => each !== value)];
  return JSON.stringify(values.slice(0, MAX_SENT_VALUES));
}

interface Lease extends OpenColumns {
  readonly version: number;
  readonly acked_version: number;
  readonly claimed_version: number;
  readonly charge_bucket: number;
  readonly not_before_ms: number;
  readonly calls: string;
}

/** The visitor while this very lease holds; a lease that ran out but was not retaken still does. */
async function findLease(tx: Tx, ref: ClaimRef): Promise<Lease | undefined> {
  const rows = await tx.all<Lease>(
    `SELECT version, acked_version, claimed_version, charge_bucket, not_before_ms, open_scans,
       open_updates, calls
     FROM visitor
     WHERE visitor = $1 AND fence = $2 AND lease_until_ms > 0 {{FOR UPDATE}}`,
    [ref.visitorKey, ref.fence],
  );
  return rows[0];
}

/** Ends a claim; false when the lease was lost meanwhile. */
export async function settle(
  tx: Tx,
  onForgotten: () => void,
  ref: ClaimRef,
  settlement: Settlement,
): Promise<boolean> {
  const held = await findLease(tx, ref);
  if (held === undefined) return false;
  const visitor = ref.visitorKey;
  switch (settlement.type) {
    case "delivered":
      await acknowledge(tx, visitor, held, settlement);
      await noteCall(tx, visitor, held.calls, settlement);
      if (settlement.except === undefined) {
        if (await forgetIfCleared(tx, onForgotten, visitor, held, settlement)) return true;
      } else {
        await setAsideSome(tx, visitor, held, { ...settlement, ...settlement.except });
      }
      await readBackOrApply(tx, visitor, settlement);
      return true;
    case "nothing-to-send":
      await refund(tx, held.charge_bucket);
      await acknowledge(tx, visitor, held, {
        version: settlement.version,
        nextDueAtMs: held.not_before_ms,
      });
      if (await forgetIfCleared(tx, onForgotten, visitor, held, settlement)) return true;
      if (!(await noteNothingSent(tx, visitor, settlement.version, settlement.atMs))) {
        await markApplied(tx, visitor, settlement.version, settlement.atMs);
      }
      return true;
    case "absent":
      await refund(tx, held.charge_bucket);
      await noteAbsent(tx, onForgotten, visitor, held, settlement);
      return true;
    case "unavailable":
      if (settlement.refund !== undefined) await refund(tx, held.charge_bucket);
      await tx.run(
        `UPDATE visitor SET lease_until_ms = 0, due_ms = $2, attempts = attempts + 1
         WHERE visitor = $1`,
        [visitor, Math.max(settlement.dueAtMs, held.not_before_ms)],
      );
      return true;
    case "refused":
      if (settlement.refund !== undefined) await refund(tx, held.charge_bucket);
      await setAside(tx, visitor, held, settlement);
      return true;
  }
}

/** What became newer during the call waits on, and is sent after it (rule FW3). */
async function acknowledge(
  tx: Tx,
  visitor: string,
  held: Lease,
  { version, nextDueAtMs }: { readonly version: number; readonly nextDueAtMs: number },
): Promise<void> {
  await tx.run(
    `UPDATE visitor SET lease_until_ms = 0, attempts = 0, reason = NULL, acked_version = $2,
       state = $3, due_ms = $4, not_before_ms = $4, look_first = 0
     WHERE visitor = $1`,
    [
      visitor,
      Math.max(version, held.acked_version),
      held.version > version ? "waiting" : "idle",
      nextDueAtMs,
    ],
  );
}

/** Whose clearing values Target has acknowledged, for good, is forgotten (rule PV6). */
async function forgetIfCleared(
  tx: Tx,
  onForgotten: () => void,
  visitor: string,
  held: Lease,
  { version, atMs }: { readonly version: number; readonly atMs: number },
): Promise<boolean> {
  if (held.version > version || (await suppressionOf(tx, visitor)) === undefined) return false;
  if (await clearOnceMore(tx, visitor, atMs)) return true;
  await finishSuppression(tx, visitor);
  onForgotten();
  return true;
}

/** Acknowledged is not applied: what is to be read back waits for that (rule UN1). */
async function readBackOrApply(
  tx: Tx,
  visitor: string,
  settlement: Extract<Settlement, { readonly type: "delivered" }>,
): Promise<void> {
  const { version, atMs, readBack, isConfirmed } = settlement;
  if (readBack === undefined) {
    if (isConfirmed === true) await confirmProfile(tx, visitor, atMs);
    await markApplied(tx, visitor, version, atMs);
    return;
  }
  const confirmedMs = isConfirmed === true ? atMs : undefined;
  await orderLook(tx, visitor, { version, atMs, ...readBack, confirmedMs });
}

/**
 * Nobody there: nothing is sent until somebody is (rule UN1), and what an older call sent went nowhere
 * either. Who withdrew has nothing to clear.
 */
async function noteAbsent(
  tx: Tx,
  onForgotten: () => void,
  visitor: string,
  held: Lease,
  { atMs, dueMs }: { readonly atMs: number; readonly dueMs: number },
): Promise<void> {
  if ((await suppressionOf(tx, visitor)) !== undefined) {
    if (await clearOnceMore(tx, visitor, atMs)) return;
    await finishSuppression(tx, visitor);
    onForgotten();
    return;
  }
  const row = await findReadBack(tx, visitor);
  const isOwedAgain = row !== undefined && row.book.expected.length > 0;
  const version = isOwedAgain ? held.version + 1 : held.version;
  if (isOwedAgain) await oweExpected(tx, row, version);
  await tx.run(
    `UPDATE visitor SET version = $2, state = 'absent', lease_until_ms = 0, attempts = 0
     WHERE visitor = $1`,
    [visitor, version],
  );
  await beginSearch(tx, visitor, atMs, dueMs);
}

/** Aside until something newer arrives; which may have happened during the call. */
async function setAside(
  tx: Tx,
  visitor: string,
  held: Lease,
  {
    reason,
    class: deadClass = "refused",
    atMs,
    nextDueAtMs = 0,
  }: Extract<Settlement, { readonly type: "refused" }>,
): Promise<void> {
  const state = held.version > held.claimed_version ? "waiting" : "dead";
  const notBeforeMs = Math.max(held.not_before_ms, nextDueAtMs);
  if (state === "dead") await moveScans(tx, openFrom(held), "waiting", "refused");
  await tx.run(
    `UPDATE visitor SET lease_until_ms = 0, attempts = attempts + 1, state = $2, due_ms = $3,
       not_before_ms = $4, reason = $5, dead_ms = $6, dead_class = $7
     WHERE visitor = $1`,
    [
      visitor,
      state,
      Math.max(atMs, notBeforeMs),
      notBeforeMs,
      reason,
      state === "dead" ? atMs : null,
      state === "dead" ? deadClass : null,
    ],
  );
}
