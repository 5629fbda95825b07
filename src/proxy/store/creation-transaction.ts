import type { Vault } from "../vault/vault.ts";
import { withSent } from "./claim-transaction.ts";
import type { AbsentAsk, AbsentMember, AbsentPage, CreationOrder } from "./read-back-store.ts";
import { createdMsIn, findReadBack, saveReadBack } from "./read-back-rows.ts";
import { isPaused } from "./forwarding-rows.ts";
import type { Tx } from "./sql.ts";
import { DamagedRowError } from "./store-error.ts";
import { openId } from "./vault-rows.ts";

interface AbsentRow {
  readonly visitor: string;
  readonly sealed_id: string;
  readonly version: number;
  readonly missed_ms: number;
  readonly book: string;
}

/** A page of absent members with their full states; changes nothing. */
export async function absentMembers(tx: Tx, vault: Vault, ask: AbsentAsk): Promise<AbsentPage> {
  // The conditions are those of the index `visitor_absent`, word for word.
  const rows = await tx.all<AbsentRow>(
    `SELECT v.visitor, v.sealed_id, v.version, r.missed_ms, r.book
     FROM visitor v JOIN read_back r ON r.visitor = v.visitor
     WHERE v.state = 'absent' AND v.kind = 'member' AND v.visitor > $1
     ORDER BY v.visitor LIMIT $2`,
    [ask.after, ask.limit],
  );
  const members: AbsentMember[] = [];
  for (const row of rows) {
    if (row.missed_ms > ask.missedBeforeMs) continue;
    if (createdMsIn(row.book) > ask.createdBeforeMs) continue;
    const id = openId(vault, row.visitor, row.sealed_id);
    if (id.type === "gone") continue;
    members.push({
      visitorKey: row.visitor,
      version: row.version,
      visitor: { kind: "member", value: id.value },
      attributes: await attributesOf(tx, row.visitor),
    });
  }
  return rows.length < ask.limit ? { members } : { members, next: rows.at(-1)?.visitor };
}

async function attributesOf(tx: Tx, visitor: string): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.all<{ name: string; value: string }>(
    "SELECT name, value FROM attribute WHERE visitor = $1 ORDER BY name",
    [visitor],
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** Notes what a file that is about to leave says of its members; gives those whose rows may. */
export async function recordCreating(tx: Tx, order: CreationOrder): Promise<readonly string[]> {
  const admitted: string[] = [];
  // What is held back is missing still, and in the next file after the pause.
  if (await isPaused(tx)) return admitted;
  for (const { visitorKey, version } of order.members) {
    const rows = await tx.all<{ state: string; version: number }>(
      "SELECT state, version FROM visitor WHERE visitor = $1 {{FOR UPDATE}}",
      [visitorKey],
    );
    if (rows[0]?.state !== "absent" || rows[0].version !== version) continue;
    if (!(await recordSent(tx, visitorKey))) continue;
    await noteCreating(tx, visitorKey, order);
    admitted.push(visitorKey);
  }
  return admitted;
}

/** False where a row of theirs is damaged: what was sent before could not be told from the site's. */
async function recordSent(tx: Tx, visitor: string): Promise<boolean> {
  const rows = await tx.all<{ name: string; value: string; sent_values: string }>(
    "SELECT name, value, sent_values FROM attribute WHERE visitor = $1",
    [visitor],
  );
  try {
    const changes = rows.flatMap(({ name, value, sent_values: before }) => {
      const after = withSent(before, value);
      return after === before ? [] : [[visitor, name, after]];
    });
    await tx.runMany(
      "UPDATE attribute SET sent_values = $3 WHERE visitor = $1 AND name = $2",
      changes,
    );
    return true;
  } catch (error) {
    if (error instanceof DamagedRowError) return false;
    throw error;
  }
}

/** Only the first of several submissions of one file moves the look: a file may wait for Target long. */
async function noteCreating(tx: Tx, visitor: string, order: CreationOrder): Promise<void> {
  const row = await findReadBack(tx, visitor);
  if (row === undefined) return;
  const isFirst = (row.book.createdMs ?? 0) <= order.createdBeforeMs;
  await saveReadBack(tx, {
    ...row,
    ...(isFirst ? { due_ms: order.dueMs, tries: 0 } : {}),
    book: { ...row.book, createdMs: order.atMs },
  });
}
