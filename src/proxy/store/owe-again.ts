import type { Resend } from "./read-back-store.ts";
import type { ReadBackRow } from "./read-back-rows.ts";
import { moveScans, openFrom, type OpenColumns } from "./scan-counts.ts";
import type { Tx } from "./sql.ts";
import type { VisitorState } from "./visitor-state.ts";

// What a look at a profile makes of attributes that were acknowledged: owed again, or given up.

interface Visitor extends OpenColumns {
  readonly version: number;
  readonly state: VisitorState;
  readonly not_before_ms: number;
}

/** What was acknowledged and is still looked for went nowhere: it is owed again, as of `version`. */
export async function oweExpected(
  tx: Tx,
  { visitor, book }: ReadBackRow,
  version: number,
): Promise<void> {
  await raise(
    tx,
    visitor,
    book.expected.map(({ name }) => name),
    version,
  );
}

async function raise(
  tx: Tx,
  visitor: string,
  names: readonly string[],
  version: number,
): Promise<void> {
  await tx.runMany(
    "UPDATE attribute SET version = $3 WHERE visitor = $1 AND name = $2",
    names.map((name) => [visitor, name, version]),
  );
}

/** Makes attributes newer than what was acknowledged, their values and times untouched. */
export async function oweAgain(
  tx: Tx,
  key: string,
  visitor: Visitor,
  resend: readonly Resend[],
  atMs: number,
): Promise<void> {
  const version = visitor.version + 1;
  await raise(
    tx,
    key,
    resend.map(({ name }) => name),
    version,
  );
  const isDead = visitor.state === "dead";
  if (isDead) await moveScans(tx, openFrom(visitor), "refused", "waiting");
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
export async function giveUp(
  tx: Tx,
  key: string,
  names: readonly string[],
  atMs: number,
): Promise<void> {
  const rows = await tx.all<Pick<Visitor, "version" | "state" | keyof OpenColumns>>(
    "SELECT version, state, open_scans, open_updates FROM visitor WHERE visitor = $1",
    [key],
  );
  const visitor = rows[0]!;
  const version = visitor.version + 1;
  await raise(tx, key, names, version);
  // Something newer waits: it takes what was given up along, once.
  if (visitor.state !== "idle") {
    await tx.run("UPDATE visitor SET version = $2 WHERE visitor = $1", [key, version]);
    return;
  }
  await moveScans(tx, openFrom(visitor), "waiting", "refused");
  await tx.run(
    `UPDATE visitor SET version = $2, state = 'dead', reason = $3, dead_ms = $4,
       dead_class = 'not-shown'
     WHERE visitor = $1`,
    [key, version, NEVER_SHOWN, atMs],
  );
}

const NEVER_SHOWN = "Target acknowledged it twice, and its profile never showed it";
