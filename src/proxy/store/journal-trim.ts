import type { Tx } from "./sql.ts";

interface JournalRow {
  readonly seq: number;
  readonly copy: number;
  readonly effective_ms: number;
  readonly received_ms: number;
  readonly verdict: string;
}

/** Ours: outboxes looked at in one go; of most there is nothing to delete. */
const OUTBOXES_AT_ONCE = 100;

/**
 * Deletes old rows of the journal, from the beginning of each outbox.
 *
 * Only from there: an outbox's effective times never fall along its numbers, and what bounds those of a
 * late one are its neighbours. So of what was deleted the last number and its time are kept: whatever
 * comes later from before it is dated before it, and so never wins.
 */
export async function trimJournal(
  tx: Tx,
  beforeMs: number,
  after: string,
  limit: number,
): Promise<string | undefined> {
  const outboxes = await tx.all<{ epoch: string }>(
    "SELECT epoch FROM epoch_received WHERE epoch > $1 ORDER BY epoch LIMIT $2",
    [after, OUTBOXES_AT_ONCE],
  );
  let left = limit;
  let done = after;
  for (const { epoch } of outboxes) {
    const deleted = await trimOutbox(tx, epoch, beforeMs, left);
    left -= deleted;
    // It may hold more: the next page begins with it.
    if (left <= 0) return done;
    done = epoch;
  }
  return outboxes.length < OUTBOXES_AT_ONCE ? undefined : done;
}

const ROWS = `SELECT seq, copy, effective_ms, received_ms, verdict FROM journal
  WHERE epoch = $1 ORDER BY seq, copy LIMIT $2`;

async function trimOutbox(tx: Tx, epoch: string, beforeMs: number, limit: number): Promise<number> {
  const [first] = await tx.all<JournalRow>(ROWS, [epoch, 1]);
  if (first === undefined || !isPast(first, beforeMs)) return 0;
  // Nobody takes in more of the outbox meanwhile.
  const [outbox] = await tx.all<{ trimmed_seq: number; trimmed_ms: number }>(
    "SELECT trimmed_seq, trimmed_ms FROM epoch_received WHERE epoch = $1 {{FOR UPDATE}}",
    [epoch],
  );
  if (outbox === undefined) return 0;
  const rows = await tx.all<JournalRow>(ROWS, [epoch, limit]);
  const kept = rows.findIndex((row) => !isPast(row, beforeMs));
  const past = kept === -1 ? rows : rows.slice(0, kept);
  const last = past.at(-1);
  if (last === undefined) return 0;
  await tx.run("DELETE FROM journal WHERE epoch = $1 AND (seq, copy) <= ($2, $3)", [
    epoch,
    last.seq,
    last.copy,
  ]);
  await tx.run("UPDATE epoch_received SET trimmed_seq = $2, trimmed_ms = $3 WHERE epoch = $1", [
    epoch,
    Math.max(outbox.trimmed_seq, last.seq),
    Math.max(outbox.trimmed_ms, ...past.map(({ effective_ms: effectiveMs }) => effectiveMs)),
  ]);
  return past.length;
}

function isPast({ received_ms: receivedMs, verdict }: JournalRow, beforeMs: number): boolean {
  return receivedMs < beforeMs && verdict !== "held";
}
