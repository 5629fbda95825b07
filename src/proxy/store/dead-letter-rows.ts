import { createHash } from "node:crypto";
import type { DeadLetter } from "../../contract/admin.ts";
import { DeadLetterClass } from "../../contract/dead-letters.ts";
import type { DeadLetterCounts, RedriveOrder, RedrivePage } from "./dead-letter-store.ts";
import { createScanTally, openFrom, type OpenColumns, type ScanTally } from "./scan-counts.ts";
import type { Tx } from "./sql.ts";
import { withGivenUp } from "./visitor-calls.ts";

// A dead letter is a visitor in the state `dead`: so there is never more than one of each.

/** Visitors whose update Target refused, newest first; never by their card. */
export async function deadLetters(tx: Tx, limit: number): Promise<readonly DeadLetter[]> {
  const rows = await tx.all<{
    visitor: string;
    reason: string | null;
    dead_class: string | null;
    dead_ms: number;
    acked_version: number;
  }>(
    `SELECT visitor, reason, dead_class, dead_ms, acked_version FROM visitor
     WHERE state = 'dead' ORDER BY dead_ms DESC, visitor LIMIT $1`,
    [limit],
  );
  const letters: DeadLetter[] = [];
  for (const row of rows) {
    const names = await tx.all<{ name: string }>(
      "SELECT name FROM attribute WHERE visitor = $1 AND version > $2 ORDER BY name",
      [row.visitor, row.acked_version],
    );
    letters.push({
      visitor: visitorAlias(row.visitor),
      class: classFrom(row.dead_class),
      reason: row.reason ?? "",
      attributes: names.map(({ name }) => name),
      atMs: row.dead_ms,
    });
  }
  return letters;
}

/** Set aside by an older version of this program, or by one that knows classes we do not: `other`. */
function classFrom(text: string | null): DeadLetterClass {
  return DeadLetterClass.safeParse(text).data ?? "other";
}

/** Ours: 64 bits tell any two visitors of a programme apart. */
const ALIAS_LENGTH = 16;

/** Names a visitor to people without naming the card. */
export function visitorAlias(visitorKey: string): string {
  return createHash("sha256").update(visitorKey).digest("hex").slice(0, ALIAS_LENGTH);
}

export async function deadLettersByClass(tx: Tx): Promise<DeadLetterCounts> {
  const rows = await tx.all<{ dead_class: string | null; n: number }>(
    "SELECT dead_class, count(*) AS n FROM visitor WHERE state = 'dead' GROUP BY dead_class",
    [],
  );
  const counts: Partial<Record<DeadLetterClass, number>> = {};
  for (const row of rows) {
    const name = classFrom(row.dead_class);
    counts[name] = (counts[name] ?? 0) + row.n;
  }
  return counts;
}

interface Letter {
  readonly visitor: string;
  readonly dead_class: string | null;
  readonly dead_ms: number;
}

/**
 * One page of a redrive. The page is looked at without a lock, and each letter locked on its own, in the
 * order in which whoever takes updates in locks visitors.
 */
export async function redrive(tx: Tx, order: RedriveOrder): Promise<RedrivePage> {
  const { deadMs, visitorKey } = order.after ?? { deadMs: -1, visitorKey: "" };
  const page = await tx.all<Letter>(
    `SELECT visitor, dead_class, dead_ms FROM visitor
     WHERE state = 'dead' AND (dead_ms, visitor) > ($1, $2) AND dead_ms <= $3
     ORDER BY dead_ms, visitor LIMIT $4`,
    [deadMs, visitorKey, order.deadByMs, order.limit],
  );
  const wanted = page.filter((letter) => isWanted(letter, order)).slice(0, order.most);
  const tally = createScanTally();
  let redriven = 0;
  for (const { visitor } of wanted.toSorted((a, b) => (a.visitor < b.visitor ? -1 : 1))) {
    if (await oweDead(tx, visitor, order.nowMs, tally)) redriven += 1;
  }
  await tally.save(tx);
  const last = page.at(-1);
  const isOver = page.length < order.limit || wanted.length >= order.most;
  if (last === undefined || isOver) return { redriven };
  return { redriven, next: { deadMs: last.dead_ms, visitorKey: last.visitor } };
}

function isWanted(letter: Letter, order: RedriveOrder): boolean {
  if (order.id !== undefined && visitorAlias(letter.visitor) !== order.id) return false;
  return order.class === undefined || classFrom(letter.dead_class) === order.class;
}

/** False when it is none any more: something newer arrived, or another redrive was first. */
async function oweDead(tx: Tx, visitor: string, nowMs: number, tally: ScanTally): Promise<boolean> {
  const held = await lockDead(tx, visitor);
  if (held === undefined) return false;
  tally.move(openFrom(held), "refused", "waiting");
  await tx.run(
    `UPDATE visitor SET state = 'waiting', due_ms = $2, first_dirty_ms = $3, attempts = 0,
       reason = NULL, dead_ms = NULL, dead_class = NULL, look_first = 1
     WHERE visitor = $1`,
    [visitor, Math.max(nowMs, held.not_before_ms), nowMs],
  );
  return true;
}

interface HeldLetter extends OpenColumns {
  readonly version: number;
  readonly calls: string;
  readonly not_before_ms: number;
}

async function lockDead(tx: Tx, visitor: string): Promise<HeldLetter | undefined> {
  const rows = await tx.all<HeldLetter>(
    `SELECT not_before_ms, open_scans, open_updates, version, calls FROM visitor
     WHERE visitor = $1 AND state = 'dead' {{FOR UPDATE}}`,
    [visitor],
  );
  return rows[0];
}

/**
 * Gives up the oldest dead letters; what they say stays merged. Their scans stay counted as refused, for
 * good.
 */
export async function expireDeadLetters(tx: Tx, beforeMs: number, limit: number): Promise<number> {
  const page = await tx.all<{ visitor: string }>(
    `SELECT visitor FROM visitor
     WHERE state = 'dead' AND dead_ms < $1
       AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.visitor = visitor.visitor)
     ORDER BY dead_ms, visitor LIMIT $2`,
    [beforeMs, limit],
  );
  const keys = page.map(({ visitor }) => visitor).toSorted((a, b) => (a < b ? -1 : 1));
  let expired = 0;
  for (const visitor of keys) {
    const held = await lockDead(tx, visitor);
    if (held === undefined) continue;
    expired += await tx.run(
      `UPDATE visitor SET state = 'idle', acked_version = version, attempts = 0, reason = NULL,
         dead_ms = NULL, dead_class = NULL, look_first = 0, open_scans = '[]',
         open_updates = '[]', calls = $3
       WHERE visitor = $1 AND dead_ms < $2`,
      [visitor, beforeMs, withGivenUp(held.calls, held.version)],
    );
  }
  return expired;
}
