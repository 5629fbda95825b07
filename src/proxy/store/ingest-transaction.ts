import type { IngestReceipt, Verdict } from "../../contract/ingest.ts";
import { renderAttribute } from "../../domain/attribute.ts";
import { effectiveTimeMs, type SegmentDating } from "../../domain/effective-time.ts";
import { add, contains, difference, size } from "../../domain/intervals.ts";
import type { Stamp } from "../../domain/merge.ts";
import type { Vault } from "../vault/vault.ts";
import { createCardExcess } from "./card-excess.ts";
import { createDating, lockDevice, meetDevice, type DateEntry } from "./dating.ts";
import { holdUpdates, tellHeld } from "./held-rows.ts";
import { hasRoomForDevice, hasRoomForEpoch, reportHeldFull, type StoreLimits } from "./limits.ts";
import {
  closeIncident,
  closeLoss,
  numbersInWords,
  reportIncident,
  withoutNumbers,
} from "./incident-rows.ts";
import { countedOf, mergeVisitors, type MergeOutcome, type VisitorWrite } from "./merge-visitor.ts";
import { findNonce, saveNonce } from "./nonce-rows.ts";
import {
  findOrAddReception,
  findReception,
  highestReceived,
  receivedAfter,
  receivedBefore,
  saveReception,
  type Reception,
} from "./reception.ts";
import { settleReplaced } from "./replaced-rows.ts";
import { resendFrom } from "./resend.ts";
import { createScanTally } from "./scan-counts.ts";
import type { Tx } from "./sql.ts";
import type { IngestBatch, IngestResult } from "./store.ts";
import { suppress, suppressedAmong } from "./suppression.ts";

type BatchUpdate = IngestBatch["updates"][number];

/** An entry of whatever kind: numbers and receptions ask no more of it. */
type Numbered = Pick<BatchUpdate, "header">;

interface FreshUpdate extends BatchUpdate {
  /** A number used twice is a copy of its own: copy 0 came first. */
  readonly copy: number;
  readonly write: VisitorWrite;
  /** Of capture; an excess in it is held for an operator (rule CD2). */
  readonly minute: string;
  readonly isHeld: boolean;
  /** Took effect too long ago to change anything (rule FT5). */
  readonly isTooOld: boolean;
}

/**
 * Takes in one batch.
 *
 * @param notBeforeMs when it was received, never earlier than any batch before it; `batch.receiptMs`
 *   is the same by the clock as it stands, and decides only when a visitor becomes due
 */
export async function ingest(
  tx: Tx,
  vault: Vault,
  given: IngestBatch,
  notBeforeMs: number,
  limits: StoreLimits,
): Promise<IngestResult> {
  // Taken in its stronger form at once: two batches that both held the weaker would wait for each other.
  await tx.lock("suppression", withdrawalsOf(given).length > 0 ? "alone" : "shared");
  let known = await lockDevice(tx, given.device.deviceId);
  const repeated = await findNonce(tx, given);
  if (repeated !== undefined) return repeated;

  if (known === undefined) {
    if (!(await hasRoomForDevice(tx, limits, given.device, notBeforeMs))) {
      return { type: "limit-reached" };
    }
    known = await meetDevice(tx, given.device, notBeforeMs);
  }
  // Another replica may have heard of this kiosk by a clock that is ahead of ours.
  const receiptMs = Math.max(notBeforeMs, known?.lastSeenMs ?? 0);
  const { receptions, batch } = await loadReceptions(tx, given, receiptMs, limits);
  const state: BatchState = {
    tx,
    batch,
    receiptMs,
    limits,
    receptions,
    idsByNumber: new Map(),
    effectiveByNumber: new Map(),
    date: createDating({ tx, sender: given, known, receiptMs, limits }),
  };
  const verdicts: Verdict[] = [...batch.verdicts, ...(await withdraw(state, vault))];
  const judge = createCardExcess(tx, batch.device.deviceId, limits);
  const fresh: FreshUpdate[] = [];
  const updates = batch.updates.toSorted(byNumber);
  const keys = updates.map(({ update }) => vault.hashOf(update.visitor));
  const suppressed = await suppressedAmong(tx, keys);
  for (const [index, update] of updates.entries()) {
    const key = keys[index]!;
    if (suppressed.has(key)) {
      verdicts.push(verdictOfSuppressed(state, update));
      continue;
    }
    if (isScatteredBeyond(state, update)) {
      verdicts.push(waitingAtLimit(update));
      continue;
    }
    const copy = await copyOf(state, update);
    if (copy === undefined) {
      verdicts.push({ id: update.header.id, verdict: "duplicate" });
      continue;
    }
    const { header } = update;
    const { device, occasion } = update.update;
    const dating = await state.date(device.deviceId, header);
    const { fate, minute } = await judge({ visitor: key, occasion, header, dating });
    if (fate === "no-room") {
      await reportHeldFull(tx, limits, batch.device, receiptMs);
      verdicts.push(waitingAtLimit(update));
      continue;
    }
    await noteNumber(state, header, copy);
    const write = await writeOf(state, update, copy, key, dating);
    const isTooOld = write.stamp.effectiveMs < receiptMs - limits.maxAgeMs;
    fresh.push({ ...update, copy, write, minute, isHeld: fate === "hold" && !isTooOld, isTooOld });
  }
  const held = fresh.filter(({ isHeld }) => isHeld);
  const writes = fresh
    .filter(({ isHeld, isTooOld }) => !isHeld && !isTooOld)
    .map(({ write }) => write);
  const tally = createScanTally();
  for (const { write, isTooOld } of fresh) {
    if (isTooOld) tally.add("refused", countedOf(write));
  }
  const outcomes = await mergeVisitors(tx, vault, writes, batch.receiptMs, tally);
  verdicts.push(
    ...fresh.map((update) => verdictOf(update, outcomes.get(update.write), limits.maxAgeMs)),
  );
  await appendJournal(state, fresh, outcomes);
  await saveReceptions(state);
  await saveDevice(state, verdicts, fresh.filter(({ isTooOld }) => isTooOld).length);
  await reportKeys(state);
  await reportConfigs(state);
  await reportWithdrawals(state);
  if (held.length > 0) {
    await holdUpdates(tx, vault, batch.device.deviceId, held);
    await tellHeld(tx, batch.device.deviceId, receiptMs);
  }

  const receipt: IngestReceipt = {
    v: 1,
    nonce: batch.nonce,
    proxyTimeMs: receiptMs,
    verdicts,
    unreadable: [...batch.unreadable],
    ...highestSeq(state),
    ...resendFrom(state.receptions.values()),
  };
  await saveNonce(tx, batch, receipt);
  // Last: all batches of a day meet in one row of the counts, and hold it until they are on disk.
  await tally.save(tx);
  return { type: "stored", receipt };
}

/** Says that updates wait because nobody published their configuration, or do so no longer (rule CF1). */
async function reportConfigs({ tx, batch, receiptMs }: BatchState): Promise<void> {
  const { unknownConfigs = [], device } = batch;
  if (unknownConfigs.length > 0) {
    const versions = unknownConfigs.slice(0, NAMED_CONFIGS).map(withoutNumbers).join(", ");
    await reportIncident(tx, {
      type: "unknown-config",
      place: device,
      epoch: device.deviceId,
      detail: `updates made under ${versions} wait on this kiosk; start the proxy once with that KIOSK_CONFIG`,
      atMs: receiptMs,
      open: true,
    });
  } else if (batch.updates.length > 0) {
    await closeIncident(tx, "unknown-config", device.deviceId);
  }
}

/** Ours: versions an incident names. */
const NAMED_CONFIGS = 5;

/** Says which keys are missing, and which are missed no longer (rule IN6). */
async function reportKeys({ tx, batch, receiptMs }: BatchState): Promise<void> {
  for (const kid of batch.unknownKeys) {
    await reportIncident(tx, {
      type: "unknown-key",
      place: batch.device,
      epoch: kid,
      detail: `entries sealed to ${kid} wait on a kiosk; put that key back into KEYS_FILE`,
      atMs: receiptMs,
      open: true,
    });
  }
  for (const kid of new Set(entriesOf(batch).map(({ header }) => header.kid))) {
    await closeIncident(tx, "unknown-key", kid);
  }
}

function withdrawalsOf(batch: IngestBatch): NonNullable<IngestBatch["withdrawals"]> {
  return batch.withdrawals ?? [];
}

function entriesOf(batch: IngestBatch): readonly Numbered[] {
  return [...batch.updates, ...withdrawalsOf(batch)];
}

/**
 * Withdraws who asked for it at the kiosk (rule PV6), before anything else of the batch is looked at: what
 * it brings of them is refused, captured before or after. The number counts as received, and so a repeat
 * is one for ever; whom it was about is in no row of the journal.
 */
async function withdraw(state: BatchState, vault: Vault): Promise<readonly Verdict[]> {
  const { tx, batch } = state;
  const verdicts: Verdict[] = [];
  for (const each of withdrawalsOf(batch).toSorted(byNumber)) {
    const { header, withdrawal } = each;
    if (isScatteredBeyond(state, each)) {
      verdicts.push(waitingAtLimit(each));
      continue;
    }
    const copy = await copyOf(state, each);
    if (copy === undefined) {
      verdicts.push({ id: header.id, verdict: "duplicate" });
      continue;
    }
    const dating = await state.date(withdrawal.device.deviceId, header);
    await noteNumber(state, header, copy);
    await suppress(tx, vault, {
      act: "withdraw",
      visitorKey: vault.hashOf(withdrawal.visitor),
      visitor: withdrawal.visitor,
      atMs: await effectiveMsOf(state, header, copy, dating),
      nowMs: batch.receiptMs,
      cleared: batch.cleared ?? {},
    });
    verdicts.push({ id: header.id, verdict: "accepted" });
  }
  return verdicts;
}

/** Says that withdrawals wait on a kiosk, since it brings more of them than people could, or do no longer. */
async function reportWithdrawals({ tx, batch, receiptMs }: BatchState): Promise<void> {
  const { withdrawalsHeldBack = 0, device } = batch;
  const about = `withdrawals ${device.deviceId}`;
  if (withdrawalsHeldBack > 0) {
    await reportIncident(tx, {
      type: "limit-reached",
      place: device,
      epoch: about,
      detail: `this kiosk withdraws more cards a minute than people could; ${withdrawalsHeldBack} wait on it: look at it, and revoke it if it is not yours`,
      atMs: receiptMs,
      open: true,
    });
  } else if (withdrawalsOf(batch).length > 0) {
    await closeIncident(tx, "limit-reached", about);
  }
}

/**
 * Of a visitor who withdrew nothing is kept, whenever it was captured (rule PV6): not even that its
 * number arrived, since the kiosk sets it aside and says so. What had arrived before is a repeat.
 */
function verdictOfSuppressed({ receptions }: BatchState, { header }: BatchUpdate): Verdict {
  return contains(receptions.get(header.epoch)!.received, header.seq)
    ? { id: header.id, verdict: "duplicate" }
    : { id: header.id, verdict: "rejected", reason: "withdrawn" };
}

/** What one batch knows while it is taken in. Numbers are named `<epoch> <seq>`. */
interface BatchState {
  readonly tx: Tx;
  readonly batch: IngestBatch;
  readonly receiptMs: number;
  readonly limits: StoreLimits;
  readonly receptions: Map<string, Reception>;
  readonly idsByNumber: Map<string, Set<string>>;
  readonly effectiveByNumber: Map<string, number>;
  readonly date: DateEntry;
}

interface LoadedBatch {
  readonly receptions: Map<string, Reception>;
  /** Without the updates of outboxes there is no room for; their verdicts are among the others. */
  readonly batch: IngestBatch;
}

async function loadReceptions(
  tx: Tx,
  given: IngestBatch,
  receiptMs: number,
  limits: StoreLimits,
): Promise<LoadedBatch> {
  const epochs = new Set(entriesOf(given).map(({ header }) => header.epoch));
  const receptions = new Map<string, Reception>();
  for (const epoch of [...epochs].toSorted()) {
    const found = await findReception(tx, epoch);
    if (found === undefined && !(await hasRoomForEpoch(tx, limits, given.device, receiptMs))) {
      continue;
    }
    // Counted from now on, so that one batch cannot bring many.
    receptions.set(epoch, found ?? (await findOrAddReception(tx, epoch, given.device.deviceId)));
  }
  if (receptions.size === epochs.size) return { receptions, batch: given };
  const isKept = ({ header }: Numbered) => receptions.has(header.epoch);
  const refused = entriesOf(given)
    .filter((entry) => !isKept(entry))
    .map(waitingAtLimit);
  return {
    receptions,
    batch: {
      ...given,
      updates: given.updates.filter(isKept),
      withdrawals: withdrawalsOf(given).filter(isKept),
      verdicts: [...given.verdicts, ...refused],
    },
  };
}

/** Ours: a limit is not lifted in minutes. */
const LIMIT_RETRY_MS = 3_600_000;

/** Never rejected: it may be somebody's scan, and waits where it is. */
function waitingAtLimit({ header }: Numbered): Verdict {
  return {
    id: header.id,
    verdict: "retry",
    reason: "limit-reached",
    retryAfterMs: LIMIT_RETRY_MS,
  };
}

/** Whether a number would tear the received ones into more stretches than are kept. */
function isScatteredBeyond({ receptions, limits }: BatchState, { header }: Numbered): boolean {
  const { received } = receptions.get(header.epoch)!;
  if (received.length < limits.intervalsPerEpoch || contains(received, header.seq)) return false;
  return add(received, header.seq).length > received.length;
}

/**
 * Which copy of its number an update is, or nothing when it is a repeat (rule IN3).
 *
 * A number received before is a repeat, for ever; unless the journal shows that it was another
 * update which bore it. Then the kiosk numbers twice: the update is taken in, and somebody should
 * know.
 */
async function copyOf(state: BatchState, { header }: Numbered): Promise<number | undefined> {
  if (!contains(state.receptions.get(header.epoch)!.received, header.seq)) return 0;
  const number = `${header.epoch} ${header.seq}`;
  const ids = state.idsByNumber.get(number) ?? (await journalledIds(state.tx, header));
  state.idsByNumber.set(number, ids);
  return ids.size === 0 || ids.has(header.id) ? undefined : ids.size;
}

/** From here on the number counts as received, as this update's. */
async function noteNumber(
  state: BatchState,
  { id, epoch, seq }: Numbered["header"],
  copy: number,
): Promise<void> {
  const number = `${epoch} ${seq}`;
  if (copy === 0) {
    const reception = state.receptions.get(epoch)!;
    state.receptions.set(epoch, { ...reception, received: add(reception.received, seq) });
    state.idsByNumber.set(number, new Set([id]));
    return;
  }
  state.idsByNumber.get(number)!.add(id);
  await reportIncident(state.tx, {
    type: "sequence-reused",
    place: state.batch.device,
    epoch,
    detail: `${numbersInWords([[seq, seq]], epoch)} came again as another update`,
    atMs: state.receiptMs,
    open: true,
  });
}

async function journalledIds(
  tx: Tx,
  { epoch, seq }: { readonly epoch: string; readonly seq: number },
): Promise<Set<string>> {
  const rows = await tx.all<{ id: string }>(
    "SELECT id FROM journal WHERE epoch = $1 AND seq = $2",
    [epoch, seq],
  );
  return new Set(rows.map((row) => row.id));
}

/** Dates and renders an update (rule CL1). */
async function writeOf(
  state: BatchState,
  { header, update }: BatchUpdate,
  copy: number,
  key: string,
  dating: SegmentDating,
): Promise<VisitorWrite> {
  const effectiveMs = await effectiveMsOf(state, header, copy, dating);
  const stamp: Stamp = { effectiveMs, epoch: header.epoch, seq: header.seq };
  const values = new Map(
    update.attributes.map(({ name, value }) => [name, renderAttribute(value, effectiveMs)]),
  );
  return {
    key,
    visitor: update.visitor,
    stamp,
    values,
    isScan: update.occasion === "scan",
    storeId: state.batch.device.storeId,
  };
}

/** When an entry took effect, in proxy time: its neighbours in this batch are told too (rule CL1). */
async function effectiveMsOf(
  state: BatchState,
  header: Numbered["header"],
  copy: number,
  dating: SegmentDating,
): Promise<number> {
  // The neighbours of a number used twice are neighbours of its first use, not of this one.
  const bounds = copy === 0 ? await boundsOf(state, header) : {};
  const effectiveMs = effectiveTimeMs(header, dating, { ...bounds, receiptMs: state.receiptMs });
  if (copy === 0) state.effectiveByNumber.set(`${header.epoch} ${header.seq}`, effectiveMs);
  return effectiveMs;
}

async function boundsOf(
  state: BatchState,
  { epoch, seq }: { readonly epoch: string; readonly seq: number },
) {
  const { received, trimmedSeq, trimmedMs } = state.receptions.get(epoch)!;
  // Its neighbours are deleted, and were received long ago: it cannot be newer than they were.
  if (seq <= trimmedSeq) return { notBeforeMs: undefined, notAfterMs: trimmedMs };
  return {
    notBeforeMs: await effectiveAt(state, epoch, receivedBefore(received, seq)),
    notAfterMs: await effectiveAt(state, epoch, receivedAfter(received, seq)),
  };
}

async function effectiveAt(
  state: BatchState,
  epoch: string,
  seq: number | undefined,
): Promise<number | undefined> {
  if (seq === undefined) return undefined;
  const here = state.effectiveByNumber.get(`${epoch} ${seq}`);
  if (here !== undefined) return here;
  const rows = await state.tx.all<{ effective_ms: number }>(
    "SELECT effective_ms FROM journal WHERE epoch = $1 AND seq = $2 AND copy = 0",
    [epoch, seq],
  );
  return rows[0]?.effective_ms;
}

/** What is held was not merged, and is on disk as everything accepted is (rule IN1). */
function verdictOf(
  { header, isTooOld }: FreshUpdate,
  outcome: MergeOutcome | undefined,
  maxAgeMs: number,
): Verdict {
  if (isTooOld) {
    const days = Math.floor(maxAgeMs / DAY_MS);
    const reason = `too old: it took effect more than ${days} days ago`;
    return { id: header.id, verdict: "superseded", reason };
  }
  return outcome === undefined || outcome.type === "merged"
    ? { id: header.id, verdict: "accepted" }
    : {
        id: header.id,
        verdict: "superseded",
        reason: `something newer was known already for ${outcome.names.join(", ")}`,
      };
}

const DAY_MS = 86_400_000;

async function appendJournal(
  state: BatchState,
  fresh: readonly FreshUpdate[],
  outcomes: ReadonlyMap<VisitorWrite, MergeOutcome>,
): Promise<void> {
  await state.tx.runMany(
    `INSERT INTO journal
       (epoch, seq, copy, id, device_id, visitor, occasion, ground, config_version,
        effective_ms, received_ms, verdict, version, capture_minute, question)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    fresh.map(({ header, update, copy, write, minute, isTooOld }) => {
      const outcome = outcomes.get(write) ?? (isTooOld ? TOO_OLD : HELD);
      return [
        header.epoch,
        header.seq,
        copy,
        header.id,
        update.device.deviceId,
        write.key,
        update.occasion,
        JSON.stringify(update.ground),
        update.configVersion,
        write.stamp.effectiveMs,
        state.receiptMs,
        outcome.type === "merged" ? "accepted" : outcome.type,
        outcome.type === "merged" ? outcome.version : 0,
        minute,
        write.isScan ? null : countedOf(write).question,
      ];
    }),
  );
}

const HELD = { type: "held" } as const;
const TOO_OLD = { type: "superseded" } as const;

/** Keeps what was received; numbers given up for lost that came after all close their incident. */
async function saveReceptions({ tx, receptions, receiptMs }: BatchState): Promise<void> {
  for (const reception of receptions.values()) {
    const lost = difference(reception.lost, reception.received);
    if (size(reception.lost) > 0 && size(lost) === 0) {
      await closeLoss(tx, reception.epoch, receiptMs);
    }
    await saveReception(tx, { ...reception, lost });
    await settleReplaced(tx, reception.epoch, receiptMs);
  }
}

async function saveDevice(
  state: BatchState,
  verdicts: readonly Verdict[],
  tooOld: number,
): Promise<void> {
  const { deviceId, storeId, kioskId, timeZone } = state.batch.device;
  const count = (verdict: Verdict["verdict"]) =>
    verdicts.filter((each) => each.verdict === verdict).length;
  await state.tx.run(
    `INSERT INTO device
       (device_id, store_id, kiosk_id, time_zone, first_seen_ms, last_seen_ms, drained_ms, clocks,
        owed, accepted, duplicate, superseded, rejected, retry, too_old)
     VALUES ($1, $2, $3, $4, $5, $5, $5, '[]', 0, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (device_id) DO UPDATE SET
       store_id = excluded.store_id, kiosk_id = excluded.kiosk_id,
       time_zone = excluded.time_zone, last_seen_ms = excluded.last_seen_ms,
       accepted = device.accepted + excluded.accepted,
       duplicate = device.duplicate + excluded.duplicate,
       superseded = device.superseded + excluded.superseded,
       rejected = device.rejected + excluded.rejected,
       retry = device.retry + excluded.retry,
       too_old = device.too_old + excluded.too_old`,
    [
      deviceId,
      storeId,
      kioskId,
      timeZone,
      state.receiptMs,
      count("accepted"),
      count("duplicate"),
      count("superseded"),
      count("rejected"),
      count("retry"),
      tooOld,
    ],
  );
}

function highestSeq(state: BatchState): Pick<IngestReceipt, "highestSeq"> {
  const newest = entriesOf(state.batch).at(-1);
  if (newest === undefined) return {};
  const { epoch } = newest.header;
  const seq = highestReceived(state.receptions.get(epoch)!);
  return seq === undefined ? {} : { highestSeq: { epoch, seq } };
}

function byNumber(a: Numbered, b: Numbered): number {
  if (a.header.epoch !== b.header.epoch) return a.header.epoch < b.header.epoch ? -1 : 1;
  return a.header.seq - b.header.seq;
}
