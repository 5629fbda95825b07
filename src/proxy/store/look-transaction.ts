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
  type ReadBackRow,
  type StoredExpected,
} from "./read-back-rows.ts";
import { fateOf, moveScans, openScansFrom, splitAt, type OpenScans } from "./scan-counts.ts";
import { setUnusableAside } from "./set-aside-some.ts";
import type { Tx } from "./sql.ts";
import { DamagedRowError } from "./store-error.ts";
import type { VisitorState } from "./visitor-state.ts";
import { areTexts, storedJson } from "./stored-json.ts";
import { openId } from "./vault-rows.ts";

interface DueLook {
  readonly visitor: string;
  readonly kind: "member" | "browser";
  readonly sealed_id: string;
  readonly visitor_fence: number;
  readonly last_scan_ms: number;
  readonly open_scans: string;
}

/** Leases due looks, oldest first; visitors with a call in flight come later. */
export async function claimLooks(
  tx: Tx,
  vault: Vault,
  ask: LooksAsk,
): Promise<readonly LookClaim[]> {
  const rows = await tx.all<DueLook>(
    `SELECT r.visitor, v.kind, v.sealed_id, v.fence AS visitor_fence, v.last_scan_ms,
       v.open_scans
     FROM read_back r JOIN visitor v ON v.visitor = r.visitor
     WHERE r.look = $1 AND r.due_ms <= $2 AND v.lease_until_ms = 0
     ORDER BY r.due_ms LIMIT $3 {{FOR UPDATE SKIP LOCKED}}`,
    [ask.kind, ask.nowMs, ask.limit],
  );
  const claims: LookClaim[] = [];
  for (const due of rows) {
    const row = await readableLook(tx, due, ask.nowMs);
    if (row === undefined) continue;
    const id = openId(vault, due.visitor, due.sealed_id);
    if (id.type === "gone") {
      // Nobody can be asked about any more: what Target acknowledged is all that will be known.
      await takeAsApplied(tx, row);
      await forgetReadBack(tx, due.visitor);
      continue;
    }
    await saveReadBack(tx, { ...row, due_ms: ask.nowMs + ask.leaseMs });
    claims.push({
      kind: ask.kind,
      visitorKey: due.visitor,
      lookFence: row.fence + 1,
      fence: due.visitor_fence,
      visitor: { kind: due.kind, value: id.value },
      expected: await stillExpected(tx, row),
      seen: row.book.seen,
      tries: row.tries,
      missedMs: Math.max(row.missed_ms, due.last_scan_ms),
    });
  }
  return claims;
}

/** The row; or nothing, and its visitor was set aside: what it should say is begun anew. */
async function readableLook(tx: Tx, due: DueLook, nowMs: number): Promise<ReadBackRow | undefined> {
  try {
    return await findReadBack(tx, due.visitor);
  } catch (error) {
    if (!(error instanceof DamagedRowError)) throw error;
    await setUnusableAside(tx, due, error.message, nowMs);
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
    const sent = storedJson("attribute.sent_values", now.sent_values, areTexts);
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
  const visitors = await tx.all<Visitor>(
    `SELECT version, acked_version, state, fence, lease_until_ms, not_before_ms, open_scans
     FROM visitor WHERE visitor = $1 {{FOR UPDATE}}`,
    [ref.visitorKey],
  );
  const visitor = visitors[0];
  if (visitor === undefined) return false;
  const row = await findReadBack(tx, ref.visitorKey);
  if (row === undefined || row.fence !== ref.lookFence) return false;
  if (settlement.type === "later") {
    await saveReadBack(tx, { ...row, due_ms: settlement.dueMs, tries: row.tries + 1 });
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
      await moveScans(tx, openScansFrom(visitor.open_scans), "waiting", "unknown");
      await tx.run("UPDATE visitor SET state = 'unknown' WHERE visitor = $1", [row.visitor]);
      await saveReadBack(tx, { ...row, look: null });
      return true;
  }
}

interface Visitor {
  readonly version: number;
  readonly acked_version: number;
  readonly state: VisitorState;
  readonly fence: number;
  readonly lease_until_ms: number;
  readonly not_before_ms: number;
  readonly open_scans: string;
}

type Seen = Extract<LookSettlement, { readonly type: "seen" }>;

async function noteSeen(tx: Tx, row: ReadBackRow, visitor: Visitor, look: Seen): Promise<void> {
  const { expected, seen, resend, givenUp, atMs } = look;
  if (expected.every(({ phase }) => phase !== "sent") && givenUp.length === 0) {
    const isOwed = resend.some(({ reason }) => reason === "not-applied");
    if (!isOwed) await takeAsApplied(tx, row);
  }
  await saveReadBack(tx, {
    ...row,
    confirmed_ms: atMs,
    look: expected.length > 0 ? "check" : null,
    due_ms: expected.length > 0 ? Math.min(...expected.map(({ dueMs }) => dueMs)) : 0,
    book: {
      expected: expected.map(storedFrom),
      seen,
      resending: [...new Set([...row.book.resending, ...resend.map(({ name }) => name)])],
      isMissed: false,
    },
  });
  if (resend.length > 0) await oweAgain(tx, row.visitor, visitor, resend, atMs);
  if (givenUp.length > 0) await giveUp(tx, row.visitor, givenUp, atMs);
}

/** What other values of ours there are is read anew at the next look. */
function storedFrom({ otherValues: _otherValues, ...stored }: ExpectedAttribute): StoredExpected {
  return stored;
}

/** The scans behind everything that was acknowledged are applied. */
async function takeAsApplied(tx: Tx, { visitor, version }: ReadBackRow): Promise<void> {
  await markApplied(tx, visitor, version);
}

/** Counts the scans that `version` covers as applied, whatever else became of the visitor. */
export async function markApplied(tx: Tx, visitor: string, version: number): Promise<void> {
  const rows = await tx.all<Pick<Visitor, "state" | "open_scans">>(
    "SELECT state, open_scans FROM visitor WHERE visitor = $1",
    [visitor],
  );
  if (rows[0] === undefined) return;
  const open = openScansFrom(rows[0].open_scans);
  const { covered, rest } = splitAt(open, version);
  if (covered.length === 0) return;
  await moveScans(tx, covered, fateOf(rows[0].state), "applied");
  await saveOpenScans(tx, visitor, rest);
}

export async function saveOpenScans(tx: Tx, visitor: string, open: OpenScans): Promise<void> {
  await tx.run("UPDATE visitor SET open_scans = $2 WHERE visitor = $1", [
    visitor,
    JSON.stringify(open),
  ]);
}

/** Makes attributes newer than what was acknowledged, their values and times untouched. */
async function oweAgain(
  tx: Tx,
  key: string,
  visitor: Visitor,
  resend: readonly Resend[],
  atMs: number,
): Promise<void> {
  const version = visitor.version + 1;
  for (const { name, revertedTo } of resend) {
    const rows = await tx.all<{ sent_values: string }>(
      "SELECT sent_values FROM attribute WHERE visitor = $1 AND name = $2",
      [key, name],
    );
    if (rows[0] === undefined) continue;
    const sent = storedJson("attribute.sent_values", rows[0].sent_values, areTexts);
    const known =
      revertedTo === undefined || sent.includes(revertedTo) ? sent : [...sent, revertedTo];
    await tx.run(
      "UPDATE attribute SET version = $3, sent_values = $4 WHERE visitor = $1 AND name = $2",
      [key, name, version, JSON.stringify(known)],
    );
  }
  const isDead = visitor.state === "dead";
  if (isDead) await moveScans(tx, openScansFrom(visitor.open_scans), "refused", "waiting");
  if (visitor.state === "waiting") {
    await tx.run("UPDATE visitor SET version = $2 WHERE visitor = $1", [key, version]);
    return;
  }
  await tx.run(
    `UPDATE visitor SET version = $2, state = 'waiting', due_ms = $3, first_dirty_ms = $4,
       attempts = 0, reason = NULL, dead_ms = NULL WHERE visitor = $1`,
    [key, version, Math.max(atMs, visitor.not_before_ms), atMs],
  );
}

/** What Target acknowledged twice and never showed rests as a dead letter, for a person to see. */
async function giveUp(tx: Tx, key: string, names: readonly string[], atMs: number): Promise<void> {
  const rows = await tx.all<{ version: number; state: string; open_scans: string }>(
    "SELECT version, state, open_scans FROM visitor WHERE visitor = $1",
    [key],
  );
  const visitor = rows[0]!;
  const version = visitor.version + 1;
  await tx.runMany(
    "UPDATE attribute SET version = $3 WHERE visitor = $1 AND name = $2",
    names.map((name) => [key, name, version]),
  );
  // Something newer waits: it takes what was given up along, once.
  if (visitor.state !== "idle") {
    await tx.run("UPDATE visitor SET version = $2 WHERE visitor = $1", [key, version]);
    return;
  }
  await moveScans(tx, openScansFrom(visitor.open_scans), "waiting", "refused");
  await tx.run(
    "UPDATE visitor SET version = $2, state = 'dead', reason = $3, dead_ms = $4 WHERE visitor = $1",
    [key, version, NEVER_SHOWN, atMs],
  );
}

const NEVER_SHOWN = "Target acknowledged it twice, and its profile never showed it";

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
  const names = row.book.expected.map(({ name }) => name);
  await tx.runMany(
    "UPDATE attribute SET version = $3 WHERE visitor = $1 AND name = $2",
    names.map((name) => [row.visitor, name, version]),
  );
  if (visitor.state === "dead") {
    await moveScans(tx, openScansFrom(visitor.open_scans), "refused", "waiting");
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
