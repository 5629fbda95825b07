import type { Entry } from "../contract/entry.ts";
import { MAX_BATCH_ENTRIES } from "../contract/ingest.ts";
import type { Device } from "../contract/update.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { EntryWaits } from "./entry-waits.ts";
import type { IngestClient, SendOutcome } from "./ingest-client.ts";
import type { Owed } from "./idb-owed.ts";
import { verdictsBySeq, type Judged } from "./judge.ts";

export interface PassDeps {
  readonly outbox: Owed;
  readonly client: IngestClient;
  readonly clock: Clock;
  /** Entries that are left alone for a while, by themselves; outlives one pass. */
  readonly waits: EntryWaits;
}

export interface PassAsk {
  readonly device: Device;
  /** The sender's clocks at this moment (rule CL1). */
  readonly reading: () => ClockReading;
  /** Monotonic time at which the pass stops (rule FL4). */
  readonly deadlineMs: number;
  /** Also entries that are left alone for a while. */
  readonly force: boolean;
}

export type Trouble = Extract<SendOutcome, { type: "unavailable" | "shut-out" }>;

export interface Pass {
  /** Entries the proxy has on disk since this pass. */
  readonly sent: number;
  /** Whether any receipt came, which proves the link. */
  readonly linked: boolean;
  readonly end:
    | { readonly type: "passed" }
    | { readonly type: "out-of-time" }
    | { readonly type: "trouble"; readonly trouble: Trouble };
}

/** Ours: bodies in one request; with headers and escapes it stays below the contract's limit. */
const BATCH_BODY_BYTES = 1_000_000;

/** Ours: so many single entries refused while nobody was taken look like a broken far side. */
const REFUSED_ALONE = 2;

/** Ours: requests refused whole in one pass; finding one entry among 500 takes about 10. */
const MAX_REFUSALS = 48;

/**
 * Goes through the outbox once, oldest first: peek, send, remove on a receipt.
 *
 * An entry leaves only when a receipt names it (rule FL1), so a worker killed at any line sends it
 * again and the proxy recognises it by its id. A batch refused whole is halved until the one that
 * causes it stands alone; that one waits, and the rest goes on (rule FL6). What the proxy asked for
 * once more on the way is gone through afterwards (rule IN5).
 */
export async function flushOutbox(deps: PassDeps, ask: PassAsk): Promise<Pass> {
  const { outbox, client, clock, waits } = deps;
  let sent = 0;
  let linked = false;
  let refusals = 0;
  let refusedAlone = 0;
  let limit = MAX_BATCH_ENTRIES;
  let afterSeq = 0;
  let isOwedAgain = false;

  for (;;) {
    const peeked = await outbox.peek({
      nowMs: clock.wallMs(),
      page: ask.reading(),
      limit,
      maxBytes: BATCH_BODY_BYTES,
      afterSeq,
    });
    const last = peeked.at(-1);
    if (last === undefined && isOwedAgain) {
      isOwedAgain = false;
      afterSeq = 0;
      continue;
    }
    if (last === undefined) {
      waits.passed();
      return { sent, linked, end: { type: "passed" } };
    }
    afterSeq = last.header.seq;

    const batches = waits.batchesOf(peeked, clock.monoMs(), ask.force);
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const leftMs = ask.deadlineMs - clock.monoMs();
      if (leftMs <= 0) return { sent, linked, end: { type: "out-of-time" } };
      const { device, reading } = ask;
      const outcome = await client.send(
        { device, clock: reading(), entries: batch },
        AbortSignal.timeout(leftMs),
      );
      switch (outcome.type) {
        case "receipt": {
          const judged = verdictsBySeq(batch, outcome);
          if (judged.named === 0) return inTrouble("receipt-names-nobody");
          if ((await settle(deps, judged, outcome)) > 0) isOwedAgain = true;
          sent += judged.done.length;
          linked = true;
          break;
        }
        case "too-large":
        case "refused-whole": {
          refusals += 1;
          if (refusals > MAX_REFUSALS) return inTrouble("refused-whole");
          if (outcome.type === "too-large") limit = Math.max(1, batch.length >> 1);
          if (batch.length > 1) {
            batches.unshift(...halvesOf(batch));
            break;
          }
          refusedAlone += waits.refused(batch[0], clock.monoMs()) === "first" ? 1 : 0;
          if (refusedAlone >= REFUSED_ALONE && sent === 0) return inTrouble("refused-whole");
          break;
        }
        case "unavailable":
        case "shut-out":
          return { sent, linked, end: { type: "trouble", trouble: outcome } };
      }
    }
  }

  function inTrouble(reason: string): Pass {
    return { sent, linked, end: { type: "trouble", trouble: { type: "unavailable", reason } } };
  }
}

type Receipt = Extract<SendOutcome, { type: "receipt" }>;

/** Says how many entries are owed again because the proxy asked for them. */
async function settle(deps: PassDeps, judged: Judged, receipt: Receipt): Promise<number> {
  const { outbox, clock, waits } = deps;
  const { highestSeq, proxyTimeMs, resend } = receipt;
  if (judged.done.length > 0) await outbox.remove(judged.done, proxyTimeMs);
  for (const [reason, seqs] of judged.refused) await outbox.setAside(seqs, reason);
  waits.forget([...judged.done, ...[...judged.refused.values()].flat()]);
  for (const { seq, retryAfterMs } of judged.later) {
    waits.postpone(seq, retryAfterMs, clock.monoMs());
  }
  if (highestSeq !== undefined) await outbox.noteHighestSeq(highestSeq.epoch, highestSeq.seq);
  return resend === undefined ? 0 : outbox.oweAgain(resend);
}

function halvesOf(batch: readonly Entry[]): (readonly Entry[])[] {
  const middle = batch.length >> 1;
  return [batch.slice(0, middle), batch.slice(middle)];
}
