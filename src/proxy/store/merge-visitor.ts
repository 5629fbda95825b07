import { compareStamps, type Stamp } from "../../domain/merge.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import type { Vault } from "../vault/vault.ts";
import { beginSearch } from "./read-back-rows.ts";
import { SCAN, type CountedUpdate } from "./open-updates.ts";
import {
  areNoneOpen,
  fateOf,
  NONE_OPEN,
  openFrom,
  openTexts,
  saveOpen,
  withUpdate,
  type OpenColumns,
  type OpenCounts,
  type ScanTally,
} from "./scan-counts.ts";
import { allAmong, together, type Params, type Tx } from "./sql.ts";
import type { VisitorState } from "./visitor-state.ts";
import { DROPPED, sealId } from "./vault-rows.ts";

/** One update about one visitor, dated and rendered. */
export interface VisitorWrite {
  /** The store's name of the visitor. */
  readonly key: string;
  readonly visitor: VisitorId;
  readonly stamp: Stamp;
  /** Values as Target will store them, by attribute name. */
  readonly values: ReadonlyMap<string, string>;
  /** A scan, and not an answer given after one: scans are what the four shares count (rule UN1). */
  readonly isScan: boolean;
  /** The store of the kiosk that sent it. */
  readonly storeId: string;
}

/** Where an update counts; an answer under the one attribute that it writes. */
export function countedOf({ stamp, storeId, isScan, values }: VisitorWrite): CountedUpdate {
  const [attribute = SCAN] = values.keys();
  return { effectiveMs: stamp.effectiveMs, storeId, question: isScan ? SCAN : attribute };
}

/** What a write came to: the version it led to, or the names whose newer values it came after. */
export type MergeOutcome =
  | { readonly type: "merged"; readonly version: number }
  | { readonly type: "superseded"; readonly names: readonly string[] };

interface VisitorRow extends OpenColumns {
  readonly version: number;
  readonly state: VisitorState;
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
 * @param tally takes what is to be counted; whoever made it saves it
 */
export async function mergeVisitors(
  tx: Tx,
  vault: Vault,
  writes: readonly VisitorWrite[],
  nowMs: number,
  tally: ScanTally,
): Promise<ReadonlyMap<VisitorWrite, MergeOutcome>> {
  const outcomes = new Map<VisitorWrite, MergeOutcome>();
  const attributeRows: Params[] = [];
  const newVisitors: Params[] = [];
  const byVisitor = Map.groupBy(writes, (write) => write.key);
  const keys = [...byVisitor.keys()].toSorted();
  const held = await findVisitors(tx, keys);
  const known = await findAttributes(tx, [...held.keys()]);
  const merged = keys.map((key) => {
    const own = byVisitor.get(key)!;
    const merge = { vault, key, writes: own, nowMs, outcomes, newVisitors, tally };
    return mergeVisitor(tx, merge, held.get(key), known.get(key));
  });
  for (const rows of await together(merged)) attributeRows.push(...rows);
  // Where another writer makes one of them meanwhile, it breaks the key: all is done again, and finds it.
  await tx.runMany(
    `INSERT INTO visitor
       (visitor, kind, sealed_id, version, acked_version, state, due_ms, not_before_ms,
        first_dirty_ms, lease_until_ms, fence, claimed_version, charge_bucket, attempts,
        last_scan_ms, open_scans, open_updates)
     VALUES ($1, $2, $3, $4, 0, 'waiting', $5, 0, $5, 0, 0, 0, 0, 0, $6, $7, $8)`,
    newVisitors,
  );
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
  /** Takes the row of a visitor who was not known. */
  readonly newVisitors: Params[];
  readonly tally: ScanTally;
}

/** Gives the attribute rows to write, one per attribute however many writes there were to it. */
async function mergeVisitor(
  tx: Tx,
  merge: VisitorMerge,
  held: VisitorRow | undefined,
  attributes = new Map<string, MergedAttribute>(),
): Promise<readonly Params[]> {
  const changed = applyWrites(merge, held?.version ?? 0, attributes);
  const version = Math.max(0, ...[...changed.values()].map((attribute) => attribute.version));
  if (changed.size === 0) {
    if (held !== undefined) await countSuperseded(tx, merge, held);
  } else if (held === undefined) {
    addVisitor(merge, version);
  } else {
    await saveVisitor(tx, merge, held, version);
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

/** Locked in the order of their keys, which is that of `keys`. */
async function findVisitors(
  tx: Tx,
  keys: readonly string[],
): Promise<ReadonlyMap<string, VisitorRow>> {
  const rows = await allAmong<VisitorRow & { readonly visitor: string }>(
    tx,
    (among) =>
      `SELECT visitor, version, state, due_ms, not_before_ms, first_dirty_ms, sealed_id, last_scan_ms,
       open_scans, open_updates
     FROM visitor WHERE visitor IN ${among} ORDER BY visitor {{FOR UPDATE}}`,
    keys,
  );
  return new Map(rows.map((row) => [row.visitor, row]));
}

async function findAttributes(
  tx: Tx,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Map<string, MergedAttribute>>> {
  const rows = await allAmong<{
    visitor: string;
    name: string;
    value: string;
    effective_ms: number;
    epoch: string;
    seq: number;
    version: number;
  }>(
    tx,
    (among) =>
      `SELECT visitor, name, value, effective_ms, epoch, seq, version FROM attribute
     WHERE visitor IN ${among}`,
    keys,
  );
  const found = new Map<string, Map<string, MergedAttribute>>();
  for (const { visitor, name, value, effective_ms: effectiveMs, epoch, seq, version } of rows) {
    const own = found.get(visitor) ?? new Map<string, MergedAttribute>();
    found.set(visitor, own.set(name, { value, stamp: { effectiveMs, epoch, seq }, version }));
  }
  return found;
}

/** One who was not known waits from now on. */
function addVisitor(merge: VisitorMerge, version: number): void {
  const { vault, key, writes, nowMs, newVisitors, tally } = merge;
  const visitor = writes[0]!.visitor;
  const open = openTexts(withWrites(merge, NONE_OPEN, version));
  const sealed = sealId(vault, key, visitor);
  newVisitors.push([key, visitor.kind, sealed, version, nowMs, scannedMsOf(writes), ...open]);
  countAsWaiting(merge);
  tally.arrive(nowMs);
}

function scannedMsOf(writes: readonly VisitorWrite[]): number {
  return Math.max(...writes.map(({ stamp }) => stamp.effectiveMs));
}

/**
 * The visitor waits from now on. One that waited already, or is looked for, keeps its place; one that
 * was dead gets a new life, one that was given up as unknown is looked for again, and one whose id
 * was dropped gets it again.
 */
async function saveVisitor(
  tx: Tx,
  merge: VisitorMerge,
  held: VisitorRow,
  version: number,
): Promise<void> {
  const { vault, key, writes, nowMs, tally } = merge;
  const visitor = writes[0]!.visitor;
  const before = openFrom(held);
  const open = openTexts(withWrites(merge, before, version));
  countAsWaiting(merge);
  const lastScanMs = Math.max(held.last_scan_ms, scannedMsOf(writes));
  if (held.state === "waiting" || held.state === "absent") {
    await tx.run(
      `UPDATE visitor SET version = $2, last_scan_ms = $3, open_scans = $4, open_updates = $5
       WHERE visitor = $1`,
      [key, version, lastScanMs, ...open],
    );
    return;
  }
  // Also what was set aside because its id could not be opened.
  const isSealedAnew = held.sealed_id === DROPPED || held.state === "dead";
  const sealed = isSealedAnew ? sealId(vault, key, visitor) : held.sealed_id;
  const state = held.state === "unknown" ? "absent" : "waiting";
  if (held.state === "unknown") {
    tally.move(before, "unknown", "waiting");
    await beginSearch(tx, key, nowMs, nowMs);
  } else {
    tally.arrive(nowMs);
  }
  if (held.state === "dead") tally.move(before, "refused", "waiting");
  await tx.run(
    `UPDATE visitor SET version = $2, state = $3, due_ms = $4, first_dirty_ms = $5,
       attempts = 0, reason = NULL, dead_ms = NULL, sealed_id = $6, last_scan_ms = $7,
       open_scans = $8, open_updates = $9
     WHERE visitor = $1`,
    [key, version, state, Math.max(nowMs, held.not_before_ms), nowMs, sealed, lastScanMs, ...open],
  );
}

/** The writes beside what is already open; each waits for the version it led to. */
function withWrites(
  { writes, outcomes }: VisitorMerge,
  before: OpenCounts,
  version: number,
): OpenCounts {
  let open = before;
  for (const write of writes) {
    const outcome = outcomes.get(write);
    const own = outcome?.type === "merged" ? outcome.version : version;
    open = withUpdate(open, countedOf(write), own);
  }
  return open;
}

function countAsWaiting({ writes, tally }: VisitorMerge): void {
  for (const write of writes) tally.add("waiting", countedOf(write));
}

/** What came after something newer shares the fate of that. */
async function countSuperseded(tx: Tx, merge: VisitorMerge, held: VisitorRow): Promise<void> {
  const { key, writes, tally } = merge;
  const before = openFrom(held);
  const isOpen = !areNoneOpen(before) || held.state !== "idle";
  const fate = isOpen ? fateOf(held.state) : "applied";
  for (const write of writes) tally.add(fate, countedOf(write));
  if (!isOpen) return;
  await saveOpen(tx, key, withWrites(merge, before, held.version));
}
