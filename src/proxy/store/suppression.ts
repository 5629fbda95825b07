import type { Vault } from "../vault/vault.ts";
import { discardVisitor } from "./held-rows.ts";
import { forgetLooks, forgetReadBack, mayBeCreatedUntilMs } from "./read-back-rows.ts";
import { fateOf, openFrom, uncountScans, type OpenColumns } from "./scan-counts.ts";
import { forgetVerdicts } from "./nonce-rows.ts";
import type { Tx } from "./sql.ts";
import type { VisitorState } from "./visitor-state.ts";
import type { Suppressed, Suppression } from "./store.ts";
import { DROPPED, sealId } from "./vault-rows.ts";

/** What was asked for about a visitor, if anything: then nothing of theirs is taken in any more. */
export async function suppressionOf(
  tx: Tx,
  visitorKey: string,
): Promise<Suppression["act"] | undefined> {
  const rows = await tx.all<{ act: Suppression["act"] }>(
    "SELECT act FROM suppression WHERE visitor = $1",
    [visitorKey],
  );
  return rows[0]?.act;
}

/** Ours: visitors asked for at once, always as many, so that it is one statement. */
const ASKED_AT_ONCE = 50;

const SUPPRESSED_AMONG = `SELECT visitor FROM suppression WHERE visitor IN (${Array.from(
  { length: ASKED_AT_ONCE },
  (_, index) => `$${index + 1}`,
).join(", ")})`;

/** Those of these visitors who withdrew or were erased. */
export async function suppressedAmong(
  tx: Tx,
  visitorKeys: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let from = 0; from < visitorKeys.length; from += ASKED_AT_ONCE) {
    const part = visitorKeys.slice(from, from + ASKED_AT_ONCE);
    const padding = Array.from({ length: ASKED_AT_ONCE - part.length }, () => "");
    const rows = await tx.all<{ visitor: string }>(SUPPRESSED_AMONG, [...part, ...padding]);
    for (const { visitor } of rows) found.add(visitor);
  }
  return found;
}

interface HeldVisitor extends OpenColumns {
  readonly version: number;
  readonly not_before_ms: number;
  readonly sealed_id: string;
  readonly state: VisitorState;
}

/** Withdraws or erases a visitor (rule PV6); the same again changes nothing. */
export async function suppress(tx: Tx, vault: Vault, order: Suppression): Promise<Suppressed> {
  const { visitorKey, act } = order;
  await tx.lock("suppression", "alone");
  const known = await suppressionOf(tx, visitorKey);
  await tx.run(
    `INSERT INTO suppression (visitor, act, at_ms) VALUES ($1, $2, $3)
     ON CONFLICT (visitor) DO UPDATE SET
       act = CASE WHEN excluded.act = 'erase' THEN 'erase' ELSE suppression.act END`,
    [visitorKey, act, order.atMs],
  );
  await discardVisitor(tx, visitorKey, order.nowMs);
  if (act === "erase" && known !== "erase") await forgetJournal(tx, visitorKey, order.nowMs);
  const rows = await tx.all<HeldVisitor>(
    `SELECT version, not_before_ms, sealed_id, state, open_scans, open_updates FROM visitor
     WHERE visitor = $1 {{FOR UPDATE}}`,
    [visitorKey],
  );
  const held = rows[0];
  if (held === undefined) return { clearing: [] };
  // Nobody looks at the profile any more, and updates that had no effect yet will have none.
  await forgetLooks(tx, visitorKey);
  await uncountScans(tx, openFrom(held), fateOf(held.state));
  await tx.run(
    "UPDATE visitor SET open_scans = '[]', open_updates = '[]', calls = '[]' WHERE visitor = $1",
    [visitorKey],
  );
  if (known === undefined) {
    // What never left need not be cleared, and what was about to leave no longer does.
    await tx.run("DELETE FROM attribute WHERE visitor = $1 AND sent_values = '[]'", [visitorKey]);
    await addUnheardOf(tx, order);
  }
  const clearing = await clear(tx, vault, order, held, known !== undefined);
  if (clearing.length === 0) await finishSuppression(tx, visitorKey);
  return { clearing };
}

/** Rows for what reached Target after this database was copied: without them nothing clears it. */
async function addUnheardOf(tx: Tx, { visitorKey, attributes = [] }: Suppression): Promise<void> {
  await tx.runMany(
    `INSERT INTO attribute (visitor, name, value, effective_ms, epoch, seq, version, sent_values)
     VALUES ($1, $2, '', 0, '', 0, 0, '[]') ON CONFLICT (visitor, name) DO NOTHING`,
    attributes.map((name) => [visitorKey, name]),
  );
}

/** Names of a visitor's attributes that may have reached Target. */
export async function sentAttributes(tx: Tx, visitorKey: string): Promise<readonly string[]> {
  const rows = await tx.all<{ name: string }>(
    "SELECT name FROM attribute WHERE visitor = $1 AND sent_values <> '[]' ORDER BY name",
    [visitorKey],
  );
  return rows.map(({ name }) => name);
}

/**
 * Overwrites every attribute that may have reached Target, and makes the visitor wait for that call
 * alone. The fence rises, so that a call not yet made under an older claim never leaves; the lease
 * stays, so that the clearing call comes after one that has left.
 */
async function clear(
  tx: Tx,
  vault: Vault,
  order: Suppression,
  held: HeldVisitor,
  isUnderWay: boolean,
): Promise<readonly string[]> {
  const { visitorKey, visitor, nowMs } = order;
  const sent = await tx.all<{ name: string }>(
    "SELECT name FROM attribute WHERE visitor = $1 ORDER BY name",
    [visitorKey],
  );
  const names = sent.map(({ name }) => name);
  if (names.length === 0) return names;
  if (visitor !== undefined && held.sealed_id === DROPPED) {
    const sealed = sealId(vault, visitorKey, visitor);
    await tx.run("UPDATE visitor SET sealed_id = $2 WHERE visitor = $1", [visitorKey, sealed]);
  } else if (isUnderWay) {
    return names;
  }
  const version = held.version + 1;
  await tx.runMany(
    `UPDATE attribute SET value = $3, effective_ms = $4, version = $5, claimed_value = NULL
     WHERE visitor = $1 AND name = $2`,
    names.map((name) => [
      visitorKey,
      name,
      order.cleared[name] ?? order.cleared[ALL_OTHERS] ?? "",
      nowMs,
      version,
    ]),
  );
  // As fresh as a scan of that moment: a withdrawal does not wait behind a backlog (rule QT4).
  await tx.run(
    `UPDATE visitor SET version = $2, state = 'waiting', due_ms = $3, last_scan_ms = $3,
       first_dirty_ms = $4, fence = fence + 1, attempts = 0, reason = NULL, dead_ms = NULL
     WHERE visitor = $1`,
    [visitorKey, version, Math.max(nowMs, held.not_before_ms), nowMs],
  );
  return names;
}

/** Stands among the cleared values for every name that is not there. */
const ALL_OTHERS = "*";

/**
 * Makes the clearing values go out once more where a file that creates profiles may yet take effect: it
 * would speak last. False where there is none, or its time is over.
 */
export async function clearOnceMore(tx: Tx, visitorKey: string, atMs: number): Promise<boolean> {
  const dueMs = await mayBeCreatedUntilMs(tx, visitorKey);
  if (atMs >= dueMs) return false;
  await tx.run(
    `UPDATE visitor SET version = version + 1, state = 'waiting', lease_until_ms = 0, due_ms = $2,
       last_scan_ms = $2, first_dirty_ms = $2, attempts = 0
     WHERE visitor = $1`,
    [visitorKey, dueMs],
  );
  await tx.run(
    `UPDATE attribute SET version = (SELECT version FROM visitor WHERE visitor = $1)
     WHERE visitor = $1`,
    [visitorKey],
  );
  return true;
}

/** Forgets the values, and who it was, once Target has acknowledged the clearing ones. */
export async function finishSuppression(tx: Tx, visitorKey: string): Promise<void> {
  await tx.run("DELETE FROM attribute WHERE visitor = $1", [visitorKey]);
  await forgetReadBack(tx, visitorKey);
  if ((await suppressionOf(tx, visitorKey)) === "erase") {
    await tx.run("DELETE FROM visitor WHERE visitor = $1", [visitorKey]);
    return;
  }
  await tx.run(
    `UPDATE visitor SET sealed_id = '', state = 'idle', acked_version = version, fence = fence + 1,
       lease_until_ms = 0, reason = NULL, dead_ms = NULL, calls = '[]'
     WHERE visitor = $1`,
    [visitorKey],
  );
}

/** The journal's rows about the visitor, and what receipts still kept say of them. */
async function forgetJournal(tx: Tx, visitorKey: string, nowMs: number): Promise<void> {
  const rows = await tx.all<{ id: string; device_id: string }>(
    "SELECT id, device_id FROM journal WHERE visitor = $1",
    [visitorKey],
  );
  if (rows.length === 0) return;
  await tx.run("DELETE FROM journal WHERE visitor = $1", [visitorKey]);
  const ids = new Set(rows.map(({ id }) => id));
  for (const deviceId of new Set(rows.map((row) => row.device_id))) {
    await forgetVerdicts(tx, deviceId, ids, nowMs);
  }
}
