import type { Vault } from "../vault/vault.ts";
import { withSent } from "./claim-transaction.ts";
import { isPaused } from "./forwarding-rows.ts";
import { oweAgain } from "./owe-again.ts";
import type {
  BacklogAsk,
  BacklogAttribute,
  BacklogMember,
  BacklogPage,
  FiledAsk,
  FilingOrder,
} from "./overflow-store.ts";
import type { Resend } from "./read-back-store.ts";
import { findReadBack, newReadBack, orderLook, saveReadBack } from "./read-back-rows.ts";
import type { Tx } from "./sql.ts";
import { DamagedRowError } from "./store-error.ts";
import { sentValuesIn } from "./stored-json.ts";
import type { VisitorState } from "./visitor-state.ts";
import { openId } from "./vault-rows.ts";

// Members whose owed state goes to Target in a file, in place of a single call each. A row of theirs is
// as good as acknowledged from the moment the file leaves: a newer update is a new claim, and a look at
// the profile tells what was lost. `filed` remembers what each file said, until its end is known.

interface BacklogRow {
  readonly visitor: string;
  readonly sealed_id: string;
  readonly version: number;
  readonly acked_version: number;
}

/** A page of members who owe something, with their full states; changes nothing. */
export async function backlog(tx: Tx, vault: Vault, ask: BacklogAsk): Promise<BacklogPage> {
  const rows = await tx.all<BacklogRow>(
    `SELECT v.visitor, v.sealed_id, v.version, v.acked_version FROM visitor v
     WHERE v.visitor > $1 AND v.state = 'waiting' AND v.kind = 'member' AND v.lease_until_ms = 0
       AND v.first_dirty_ms <= $2 AND v.sealed_id <> ''
       AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.visitor = v.visitor)
     ORDER BY v.visitor LIMIT $3`,
    [ask.after, ask.dirtyBeforeMs, ask.limit],
  );
  const members: BacklogMember[] = [];
  for (const row of rows) {
    const member = await memberOf(tx, vault, row, ask);
    if (member !== undefined) members.push(member);
  }
  return rows.length < ask.limit ? { members } : { members, next: rows.at(-1)?.visitor };
}

/** Nothing where a row is damaged: the single call sets that visitor aside, for a person to see. */
async function memberOf(
  tx: Tx,
  vault: Vault,
  row: BacklogRow,
  ask: BacklogAsk,
): Promise<BacklogMember | undefined> {
  const known = await findReadBack(tx, row.visitor);
  if ((known?.book.createdMs ?? -Infinity) > ask.filedBeforeMs) return undefined;
  const id = openId(vault, row.visitor, row.sealed_id);
  if (id.type !== "opened") return undefined;
  try {
    return {
      visitorKey: row.visitor,
      version: row.version,
      visitor: { kind: "member", value: id.value },
      attributes: await attributesOf(tx, row),
    };
  } catch (error) {
    if (error instanceof DamagedRowError) return undefined;
    throw error;
  }
}

async function attributesOf(tx: Tx, row: BacklogRow): Promise<readonly BacklogAttribute[]> {
  const attributes = await tx.all<{
    name: string;
    value: string;
    effective_ms: number;
    sent_values: string;
    version: number;
  }>(
    `SELECT name, value, effective_ms, sent_values, version FROM attribute
     WHERE visitor = $1 ORDER BY name`,
    [row.visitor],
  );
  return attributes.map(({ name, value, effective_ms: effectiveMs, sent_values, version }) => ({
    name,
    value,
    effectiveMs,
    sentValues: sentValuesIn(sent_values),
    isOwed: version > row.acked_version,
  }));
}

/** Notes what a file that is about to leave says of its members; gives those whose rows may. */
export async function recordFiled(tx: Tx, order: FilingOrder): Promise<readonly string[]> {
  const admitted: string[] = [];
  // What is held back is owed still, and in a file or a call after the pause.
  if (await isPaused(tx)) return admitted;
  for (const member of order.members.toSorted(byKey)) {
    if (await recordOne(tx, order, member)) admitted.push(member.visitorKey);
  }
  return admitted;
}

type Member = FilingOrder["members"][number];

interface FiledVisitor {
  readonly version: number;
  readonly acked_version: number;
  readonly state: VisitorState;
  readonly lease_until_ms: number;
}

async function recordOne(tx: Tx, order: FilingOrder, member: Member): Promise<boolean> {
  const { visitorKey, version } = member;
  const rows = await tx.all<FiledVisitor>(
    `SELECT version, acked_version, state, lease_until_ms FROM visitor
     WHERE visitor = $1 {{FOR UPDATE}}`,
    [visitorKey],
  );
  const visitor = rows[0];
  // Scanned, withdrawn or called for since it was written: the single call says the newest.
  if (visitor === undefined || visitor.version !== version) return false;
  if (await isFiledAlready(tx, member)) {
    await noteFile(tx, order.file, member);
    return true;
  }
  if (visitor.state !== "waiting" || visitor.lease_until_ms !== 0) return false;
  const sent = await recordSent(tx, visitorKey, visitor.acked_version);
  if (sent === undefined) return false;
  await noteFile(tx, order.file, member);
  const known = (await findReadBack(tx, visitorKey)) ?? newReadBack(visitorKey);
  await saveReadBack(tx, { ...known, book: { ...known.book, createdMs: order.atMs } });
  await orderLook(tx, visitorKey, { version, atMs: order.atMs, dueMs: order.dueMs, sent });
  await tx.run(
    `UPDATE visitor SET state = 'idle', acked_version = $2, attempts = 0, reason = NULL,
       look_first = 0
     WHERE visitor = $1`,
    [visitorKey, version],
  );
  return true;
}

/** Let go with a file before, be it the one this one was split from. */
async function isFiledAlready(tx: Tx, { visitorKey, version }: Member): Promise<boolean> {
  const rows = await tx.all<{ version: number }>("SELECT version FROM filed WHERE visitor = $1", [
    visitorKey,
  ]);
  return rows[0]?.version === version;
}

async function noteFile(tx: Tx, file: string, { visitorKey, version }: Member): Promise<void> {
  await tx.run(
    `INSERT INTO filed (visitor, version, file) VALUES ($1, $2, $3)
     ON CONFLICT (visitor) DO UPDATE SET version = excluded.version, file = excluded.file`,
    [visitorKey, version, file],
  );
}

/** What is owed becomes what may have been sent; nothing where a row is damaged. */
async function recordSent(tx: Tx, visitor: string, ackedVersion: number) {
  const rows = await tx.all<{
    name: string;
    value: string;
    effective_ms: number;
    sent_values: string;
  }>(
    `SELECT name, value, effective_ms, sent_values FROM attribute
     WHERE visitor = $1 AND version > $2 ORDER BY name`,
    [visitor, ackedVersion],
  );
  try {
    await tx.runMany(
      "UPDATE attribute SET sent_values = $3 WHERE visitor = $1 AND name = $2",
      rows.map(({ name, value, sent_values: before }) => [visitor, name, withSent(before, value)]),
    );
  } catch (error) {
    if (error instanceof DamagedRowError) return undefined;
    throw error;
  }
  return rows.map(({ name, value, effective_ms: effectiveMs }) => ({ name, value, effectiveMs }));
}

/** Ends what a file said of its members, a page of them. */
export async function settleFiled(tx: Tx, ask: FiledAsk): Promise<number> {
  const [where, params] = ask.file === undefined ? ["", []] : ["WHERE file = $2", [ask.file]];
  const rows = await tx.all<{ visitor: string; version: number }>(
    `SELECT visitor, version FROM filed ${where} ORDER BY visitor LIMIT $1`,
    [ask.limit, ...params],
  );
  for (const { visitor, version } of rows) {
    await settleOne(tx, ask, { visitorKey: visitor, version });
    await tx.run("DELETE FROM filed WHERE visitor = $1", [visitor]);
  }
  return rows.length;
}

interface SettledVisitor {
  readonly version: number;
  readonly state: VisitorState;
  readonly not_before_ms: number;
  readonly open_scans: string;
  readonly open_updates: string;
}

async function settleOne(tx: Tx, { isTaken, atMs }: FiledAsk, member: Member): Promise<void> {
  const { visitorKey, version } = member;
  const rows = await tx.all<SettledVisitor>(
    `SELECT version, state, not_before_ms, open_scans, open_updates FROM visitor
     WHERE visitor = $1 {{FOR UPDATE}}`,
    [visitorKey],
  );
  const visitor = rows[0];
  // Who is not in Target, or at rest for that, is owed all of it as it is.
  if (visitor === undefined || visitor.state === "absent" || visitor.state === "unknown") return;
  const names = isTaken
    ? await namesSince(tx, visitorKey, version)
    : await namesLookedFor(tx, visitorKey);
  if (names.length > 0) await oweAgain(tx, visitorKey, visitor, names.map(resend), atMs);
}

/** What became newer after the file was written: it may have been overridden by it. */
async function namesSince(tx: Tx, visitor: string, version: number): Promise<readonly string[]> {
  const rows = await tx.all<{ name: string }>(
    "SELECT name FROM attribute WHERE visitor = $1 AND version > $2 ORDER BY name",
    [visitor, version],
  );
  return rows.map(({ name }) => name);
}

async function namesLookedFor(tx: Tx, visitor: string): Promise<readonly string[]> {
  const row = await findReadBack(tx, visitor);
  return (row?.book.expected ?? []).filter(({ phase }) => phase === "sent").map(({ name }) => name);
}

function resend(name: string): Resend {
  return { name, reason: "not-applied" };
}

function byKey(a: Member, b: Member): number {
  return a.visitorKey < b.visitorKey ? -1 : 1;
}
