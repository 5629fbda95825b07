import type { Entry } from "../contract/entry.ts";
import { UNKNOWN_OCCASION } from "../contract/occasion.ts";
import type { SendOutcome } from "./ingest-client.ts";

/** What a receipt means for the entries of a batch, by sequence number. */
export interface Judged {
  /** How many entries the receipt speaks of. */
  readonly named: number;
  /** On the proxy's disk: accepted now or earlier, or overtaken by something newer. */
  readonly done: readonly number[];
  /** Never to be sent again, by reason. */
  readonly refused: ReadonlyMap<string, readonly number[]>;
  /** To be sent again: asked for, or not spoken of at all. */
  readonly later: readonly { readonly seq: number; readonly retryAfterMs: number | undefined }[];
}

/** Ours: nobody takes up another version of the proxy every minute. */
const UNKNOWN_OCCASION_MS = 600_000;

/**
 * Reads a receipt against the batch it answers (rule FL1). Ids and positions that were not in the
 * batch mean nothing; where an id is named twice, the first verdict counts.
 */
export function verdictsBySeq(
  batch: readonly Entry[],
  receipt: Extract<SendOutcome, { type: "receipt" }>,
): Judged {
  const verdictById = new Map(receipt.verdicts.toReversed().map((each) => [each.id, each]));
  const unreadable = new Set(receipt.unreadable);
  const done: number[] = [];
  const refused = new Map<string, number[]>();
  const later: { seq: number; retryAfterMs: number | undefined }[] = [];
  let named = 0;

  const refuse = (seq: number, reason: string): void => {
    refused.set(reason, [...(refused.get(reason) ?? []), seq]);
  };

  for (const [position, { header }] of batch.entries()) {
    const verdict = verdictById.get(header.id);
    if (verdict !== undefined || unreadable.has(position)) named += 1;
    switch (verdict?.verdict) {
      case "accepted":
      case "duplicate":
      case "superseded":
        done.push(header.seq);
        break;
      case "rejected":
        // A proxy of before does not know what it is; the next one will (`contract/occasion.ts`).
        if (verdict.reason?.startsWith(UNKNOWN_OCCASION) === true) {
          later.push({ seq: header.seq, retryAfterMs: UNKNOWN_OCCASION_MS });
          break;
        }
        refuse(header.seq, `rejected: ${verdict.reason ?? "without a reason"}`);
        break;
      case "retry":
        later.push({ seq: header.seq, retryAfterMs: verdict.retryAfterMs });
        break;
      case undefined:
        if (unreadable.has(position)) refuse(header.seq, "unreadable to the proxy");
        else later.push({ seq: header.seq, retryAfterMs: undefined });
    }
  }
  return { named, done, refused, later };
}
