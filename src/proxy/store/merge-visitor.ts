import { compareStamps, type Stamp } from "../../domain/merge.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import type { Vault } from "../vault/vault.ts";
import type { Params, Tx } from "./sql.ts";
import { DROPPED, sealId } from "./vault-rows.ts";

/** One update about one visitor, dated and rendered. */
export interface VisitorWrite {
  /** The store's name of the visitor. */
  readonly key: string;
  readonly visitor: VisitorId;
  readonly stamp: Stamp;
  /** Values as Target will store them, by attribute name. */
  readonly values: ReadonlyMap<string, string>;
}

/** What a write came to: the version it led to, or the names whose newer values it came after. */
export type MergeOutcome =
  | { readonly type: "merged"; readonly version: number }
  | { readonly type: "superseded"; readonly names: readonly string[] };

interface VisitorRow {
  readonly version: number;
  readonly state: "waiting" | "idle" | "dead";
  readonly due_ms: number;
  readonly not_before_ms: number;
  readonly first_dirty_ms: number;
  readonly sealed_id: string;
  readonly last_scan_ms: number;
}

interface MergedAttribute {
  readonly value: string;
  readonly stamp: Stamp;
  readonly version: number;
}

/**
 * Merges writes into the visitors they are about (rule MG1) and makes those that changed wait for
 * the forwarder. Visitors are taken in the order of their keys, so that two batches never wait for
 * each other in a ring.
 *
 * @param nowMs when a visitor that owed nothing becomes due, spacing permitting
 */
export async function mergeVisitors(
  tx: Tx,
  vault: Vault,
  writes: readonly VisitorWrite[],
  nowMs: number,
): Promise<ReadonlyMap<VisitorWrite, MergeOutcome>> {
  const outcomes = new Map<VisitorWrite, MergeOutcome>();
  const attributeRows: Params[] = [];
  const byVisitor = Map.groupBy(writes, (write) => write.key);
  for (const [key, own] of [...byVisitor].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    attributeRows.push(...(await mergeVisitor(tx, { vault, key, writes: own, nowMs, outcomes })));
  }
  await tx.runMany(
    `INSERT INTO attribute (visitor, name, value, effective_ms, epoch, seq, version, sent_values)
     VALUES ($1, $2, $3, $4, $5, $6, $7, '[]')
     ON CONFLICT (visitor, name) DO UPDATE SET
       value = excluded.value, effective_ms = excluded.effective_ms, epoch = excluded.epoch,
       seq = excluded.seq, version = excluded.version
     WHERE (excluded.effective_ms, excluded.epoch, excluded.seq)
         > (attribute.effective_ms, attribute.epoch, attribute.seq)`,
    attributeRows,
  );
  return outcomes;
}

interface VisitorMerge {
  readonly vault: Vault;
  readonly key: string;
  readonly writes: readonly VisitorWrite[];
  readonly nowMs: number;
  readonly outcomes: Map<VisitorWrite, MergeOutcome>;
}

/** Gives the attribute rows to write, one per attribute however many writes there were to it. */
async function mergeVisitor(tx: Tx, merge: VisitorMerge): Promise<readonly Params[]> {
  const held = await findVisitor(tx, merge.key);
  const attributes = held === undefined ? new Map() : await findAttributes(tx, merge.key);
  const changed = applyWrites(merge, held?.version ?? 0, attributes);
  const version = Math.max(0, ...[...changed.values()].map((attribute) => attribute.version));
  if (changed.size > 0 && !(await saveVisitor(tx, merge, held, version))) {
    // Another writer made this visitor between our look and our insert: look again.
    return mergeVisitor(tx, merge);
  }
  return [...changed].map(([name, { value, stamp, version }]) => [
    merge.key,
    name,
    value,
    stamp.effectiveMs,
    stamp.epoch,
    stamp.seq,
    version,
  ]);
}

function applyWrites(
  { writes, outcomes }: VisitorMerge,
  heldVersion: number,
  attributes: Map<string, MergedAttribute>,
): ReadonlyMap<string, MergedAttribute> {
  const changed = new Map<string, MergedAttribute>();
  let version = heldVersion;
  for (const write of writes.toSorted((a, b) => compareStamps(a.stamp, b.stamp))) {
    const newer = [...write.values].filter(([name]) => {
      const known = attributes.get(name);
      return known === undefined || compareStamps(write.stamp, known.stamp) > 0;
    });
    if (newer.length === 0) {
      outcomes.set(write, { type: "superseded", names: [...write.values.keys()] });
      continue;
    }
    version += 1;
    for (const [name, value] of newer) {
      const attribute = { value, stamp: write.stamp, version };
      attributes.set(name, attribute);
      changed.set(name, attribute);
    }
    outcomes.set(write, { type: "merged", version });
  }
  return changed;
}

async function findVisitor(tx: Tx, key: string): Promise<VisitorRow | undefined> {
  const rows = await tx.all<VisitorRow>(
    `SELECT version, state, due_ms, not_before_ms, first_dirty_ms, sealed_id, last_scan_ms
     FROM visitor WHERE visitor = $1 {{FOR UPDATE}}`,
    [key],
  );
  return rows[0];
}

async function findAttributes(tx: Tx, key: string): Promise<Map<string, MergedAttribute>> {
  const rows = await tx.all<{
    name: string;
    value: string;
    effective_ms: number;
    epoch: string;
    seq: number;
    version: number;
  }>("SELECT name, value, effective_ms, epoch, seq, version FROM attribute WHERE visitor = $1", [
    key,
  ]);
  return new Map(
    rows.map(({ name, value, effective_ms: effectiveMs, epoch, seq, version }) => [
      name,
      { value, stamp: { effectiveMs, epoch, seq }, version },
    ]),
  );
}

/**
 * The visitor waits from now on. One that waited already keeps its place; one that was dead gets a
 * new life, and one whose id was dropped gets it again. False when somebody else made it meanwhile.
 */
async function saveVisitor(
  tx: Tx,
  { vault, key, writes, nowMs }: VisitorMerge,
  held: VisitorRow | undefined,
  version: number,
): Promise<boolean> {
  const visitor = writes[0]!.visitor;
  const scannedMs = Math.max(...writes.map(({ stamp }) => stamp.effectiveMs));
  if (held === undefined) {
    const inserted = await tx.run(
      `INSERT INTO visitor
         (visitor, kind, sealed_id, version, acked_version, state, due_ms, not_before_ms,
          first_dirty_ms, lease_until_ms, fence, claimed_version, charge_bucket, attempts,
          last_scan_ms)
       VALUES ($1, $2, $3, $4, 0, 'waiting', $5, 0, $5, 0, 0, 0, 0, 0, $6)
       ON CONFLICT (visitor) DO NOTHING`,
      [key, visitor.kind, sealId(vault, key, visitor), version, nowMs, scannedMs],
    );
    return inserted === 1;
  }
  const lastScanMs = Math.max(held.last_scan_ms, scannedMs);
  // Also what was set aside because its id could not be opened.
  const isSealedAnew = held.sealed_id === DROPPED || held.state === "dead";
  const sealed = isSealedAnew ? sealId(vault, key, visitor) : held.sealed_id;
  if (held.state === "waiting") {
    await tx.run("UPDATE visitor SET version = $2, last_scan_ms = $3 WHERE visitor = $1", [
      key,
      version,
      lastScanMs,
    ]);
    return true;
  }
  await tx.run(
    `UPDATE visitor SET version = $2, state = 'waiting', due_ms = $3, first_dirty_ms = $4,
       attempts = 0, reason = NULL, dead_ms = NULL, sealed_id = $5, last_scan_ms = $6
     WHERE visitor = $1`,
    [key, version, Math.max(nowMs, held.not_before_ms), nowMs, sealed, lastScanMs],
  );
  return true;
}
