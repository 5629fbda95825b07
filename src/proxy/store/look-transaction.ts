import type { Vault } from "../vault/vault.ts";
import type {
  ExpectedAttribute,
  LookClaim,
  LookRef,
  LookSettlement,
  LooksAsk,
  Resend,
} from "./read-back-store.ts";
import {
  beginSearch,
  findReadBack,
  forgetReadBack,
  saveReadBack,
  type Book,
  type ReadBackRow,
  type Resending,
  type StoredExpected,
} from "./read-back-rows.ts";
import { giveUp, oweAgain, oweExpected } from "./owe-again.ts";
import {
  areNoneOpen,
  fateOf,
  moveScans,
  openFrom,
  saveOpen,
  splitAt,
  type OpenColumns,
} from "./scan-counts.ts";
import { noteApplied } from "./visitor-calls.ts";
import { setUnusableAside } from "./set-aside-some.ts";
import type { Tx } from "./sql.ts";
import { DamagedRowError } from "./store-error.ts";
import type { VisitorState } from "./visitor-state.ts";
import { sentValuesIn } from "./stored-json.ts";
import { openId } from "./vault-rows.ts";

interface DueLook extends OpenColumns {
  readonly visitor: string;
  readonly kind: "member" | "browser";
  readonly sealed_id: string;
  readonly visitor_fence: number;
  readonly visitor_version: number;
  readonly last_scan_ms: number;
}

/** Leases due looks, oldest first; visitors with a call in flight come later. */
export async function claimLooks(
  tx: Tx,
  vault: Vault,
  ask: LooksAsk,
): Promise<readonly LookClaim[]> {
  const rows = await tx.all<DueLook>(
    `SELECT r.visitor, v.kind, v.sealed_id, v.fence AS visitor_fence,
       v.version AS visitor_version, v.last_scan_ms, v.open_scans,
       v.open_updates
     FROM read_back r JOIN visitor v ON v.visitor = r.visitor
     WHERE r.look = $1 AND r.due_ms <= $2 AND v.lease_until_ms = 0
     ORDER BY r.due_ms LIMIT $3 {{FOR UPDATE SKIP LOCKED}}`,
    [ask.kind, ask.nowMs, ask.limit],
  );
  const claims: LookClaim[] = [];
  for (const due of rows) {
    const row = (await findReadBack(tx, due.visitor))!;
    const id = openId(vault, due.visitor, due.sealed_id);
    if (id.type === "gone") {
      // Nobody can be asked about any more: what Target acknowledged is all that will be known, and
      // what it never had is owed for good.
      if (ask.kind === "check") await takeAsApplied(tx, row, ask.nowMs);
      else await setUnusableAside(tx, due, id, ask.nowMs);
      await forgetReadBack(tx, due.visitor);
      continue;
    }
    const expected = await readableExpected(tx, due, row, ask.nowMs);
    if (expected === undefined) continue;
    await saveReadBack(tx, { ...row, due_ms: ask.nowMs + ask.leaseMs });
    claims.push({
      kind: ask.kind,
      visitorKey: due.visitor,
      lookFence: row.fence + 1,
      fence: due.visitor_fence,
      version: due.visitor_version,
      visitor: { kind: due.kind, value: id.value },
      expected,
      seen: row.book.seen,
      tries: row.tries,
      missedMs: Math.max(row.missed_ms, due.last_scan_ms),
      createdMs: row.book.createdMs,
    });
  }
  return claims;
}

/** What is still expected; nothing, and the visitor is set aside, where a row of theirs is damaged. */
async function readableExpected(
  tx: Tx,
  due: DueLook,
  row: ReadBackRow,
  nowMs: number,
): Promise<readonly ExpectedAttribute[] | undefined> {
  try {
    return await stillExpected(tx, row);
  } catch (error) {
    if (!(error instanceof DamagedRowError)) throw error;
    await setUnusableAside(tx, due, { class: "damaged", reason: error.message }, nowMs);
    await forgetReadBack(tx, due.visitor);
    return undefined;
  }
}

/** Without what something newer of ours has replaced: that is looked for when it was sent. */
async function stillExpected(tx: Tx, row: ReadBackRow): Promise<readonly ExpectedAttribute[]> {
  const held = await tx.all<{ name: string; value: string; sent_values: string }>(
    "SELECT name, value, sent_values FROM attribute WHERE visitor = $1",
    [row.visitor],
  );
  return row.book.expected.flatMap((each) => {
    const now = held.find(({ name }) => name === each.name);
    if (now?.value !== each.value) return [];
    const sent = sentValuesIn(now.sent_values);
    return [{ ...each, otherValues: sent.filter((value) => value !== each.value) }];
  });
}

/** Ours: a call for the visitor came between; by then it is over. */
const AFTER_CALL_MS = 60_000;

/** Ends a look; false when something else happened to the visitor meanwhile. */
export async function settleLook(
  tx: Tx,
  ref: LookRef,
  settlement: LookSettlement,
): Promise<boolean> {
  // The visitor first, as whoever makes a call takes them.
  const visitors = await tx.all<Visitor>(
    `SELECT version, acked_version, state, fence, lease_until_ms, not_before_ms, open_scans,
       open_updates
     FROM visitor WHERE visitor = $1 {{FOR UPDATE}}`,
    [ref.visitorKey],
  );
  const visitor = visitors[0];
  const row = await findReadBack(tx, ref.visitorKey);
  if (visitor === undefined || row === undefined || row.fence !== ref.lookFence) return false;
  if (settlement.type === "later") {
    // Nothing was looked at in vain: what was missed is looked for as often as before.
    await saveReadBack(tx, { ...row, due_ms: settlement.dueMs });
    return true;
  }
  if (visitor.fence !== ref.fence || visitor.lease_until_ms !== 0) {
    await saveReadBack(tx, { ...row, due_ms: settlement.atMs + AFTER_CALL_MS });
    return false;
  }
  switch (settlement.type) {
    case "seen":
      await noteSeen(tx, row, visitor, settlement);
      return true;
    case "absent":
      await noteAbsent(tx, row, visitor, settlement);
      return true;
    case "found":
      await noteFound(tx, row, visitor, settlement.atMs);
      return true;
    case "unknown":
      if (visitor.version !== ref.version) {
        // Scanned meanwhile: the term begins anew.
        await saveReadBack(tx, { ...row, due_ms: settlement.atMs });
        return false;
      }
      await moveScans(tx, openFrom(visitor), "waiting", "unknown");
      await tx.run("UPDATE visitor SET state = 'unknown' WHERE visitor = $1", [row.visitor]);
      await saveReadBack(tx, { ...row, look: null });
      return true;
  }
}

interface Visitor extends OpenColumns {
  readonly version: number;
  readonly acked_version: number;
  readonly state: VisitorState;
  readonly fence: number;
  readonly lease_until_ms: number;
  readonly not_before_ms: number;
}

type Seen = Extract<LookSettlement, { readonly type: "seen" }>;

async function noteSeen(tx: Tx, row: ReadBackRow, visitor: Visitor, look: Seen): Promise<void> {
  const { expected, seen, resend, givenUp, atMs } = look;
  if (expected.every(({ phase }) => phase !== "sent") && givenUp.length === 0) {
    const isOwed =
      resend.some(({ reason }) => reason === "not-applied") || (await isReplaced(tx, row, visitor));
    if (!isOwed) await takeAsApplied(tx, row, atMs);
  }
  await saveReadBack(tx, {
    ...row,
    confirmed_ms: atMs,
    look: expected.length > 0 ? "check" : null,
    due_ms: expected.length > 0 ? Math.min(...expected.map(({ dueMs }) => dueMs)) : 0,
    book: {
      ...row.book,
      expected: expected.map(storedFrom),
      seen,
      resending: resendingAfter(row.book, resend),
      isMissed: false,
    },
  });
  if (resend.length > 0) await oweAgain(tx, row.visitor, visitor, resend, atMs);
  if (givenUp.length > 0) await giveUp(tx, row.visitor, givenUp, atMs);
}

function resendingAfter({ resending, expected }: Book, resend: readonly Resend[]) {
  const names = new Set(resend.map(({ name }) => name));
  return [
    ...resending.filter(({ name }) => !names.has(name)),
    ...resend.flatMap(({ name, revertedTo }): readonly Resending[] => {
      const value = expected.find((each) => each.name === name)?.value;
      if (value === undefined) return [];
      return [revertedTo === undefined ? { name, value } : { name, value, revertedTo }];
    }),
  ];
}

/** Whether something newer, itself still owed, took the place of what was looked for: they share a fate. */
async function isReplaced(tx: Tx, { visitor, book }: ReadBackRow, held: Visitor): Promise<boolean> {
  const owed = await tx.all<{ name: string; value: string }>(
    "SELECT name, value FROM attribute WHERE visitor = $1 AND version > $2",
    [visitor, held.acked_version],
  );
  return book.expected.some(
    ({ phase, name, value }) =>
      phase === "sent" && owed.some((each) => each.name === name && each.value !== value),
  );
}

/** What other values of ours there are is read anew at the next look. */
function storedFrom({ otherValues: _otherValues, ...stored }: ExpectedAttribute): StoredExpected {
  return stored;
}

/** The updates behind everything that was acknowledged are applied. */
async function takeAsApplied(
  tx: Tx,
  { visitor, version }: ReadBackRow,
  atMs: number,
): Promise<void> {
  await markApplied(tx, visitor, version, atMs);
}

/** Counts the updates that `version` covers as applied, whatever else became of the visitor. */
export async function markApplied(
  tx: Tx,
  visitor: string,
  version: number,
  atMs: number,
): Promise<void> {
  const rows = await tx.all<Pick<Visitor, "state" | keyof OpenColumns> & { calls: string }>(
    "SELECT state, open_scans, open_updates, calls FROM visitor WHERE visitor = $1",
    [visitor],
  );
  if (rows[0] === undefined) return;
  await noteApplied(tx, visitor, rows[0].calls, version, atMs);
  const { covered, rest } = splitAt(openFrom(rows[0]), version);
  if (areNoneOpen(covered)) return;
  await moveScans(tx, covered, fateOf(rows[0].state), "applied");
  await saveOpen(tx, visitor, rest);
}

/** What was acknowledged went nowhere: it is owed again, and its visitor looked for. */
async function noteAbsent(
  tx: Tx,
  row: ReadBackRow,
  visitor: Visitor,
  { atMs, dueMs }: { readonly atMs: number; readonly dueMs: number },
): Promise<void> {
  if (visitor.state === "absent") {
    await saveReadBack(tx, { ...row, due_ms: dueMs, tries: row.tries + 1 });
    return;
  }
  const version = visitor.version + 1;
  await oweExpected(tx, row, version);
  if (visitor.state === "dead") {
    await moveScans(tx, openFrom(visitor), "refused", "waiting");
  }
  await tx.run(
    `UPDATE visitor SET version = $2, state = 'absent', attempts = 0, reason = NULL, dead_ms = NULL
     WHERE visitor = $1`,
    [row.visitor, version],
  );
  await beginSearch(tx, row.visitor, atMs, dueMs);
}

async function noteFound(tx: Tx, row: ReadBackRow, visitor: Visitor, atMs: number): Promise<void> {
  await saveReadBack(tx, { ...row, confirmed_ms: atMs, look: null, missed_ms: 0 });
  await tx.run(
    `UPDATE visitor SET state = 'waiting', due_ms = $2, first_dirty_ms = $3, attempts = 0
     WHERE visitor = $1`,
    [row.visitor, Math.max(atMs, visitor.not_before_ms), atMs],
  );
}
