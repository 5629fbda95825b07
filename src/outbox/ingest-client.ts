import * as z from "zod/mini";
import type { Entry } from "../contract/entry.ts";
import {
  INGEST_PATH,
  ReceiptEnvelope,
  type IngestReceipt,
  type IngestRequest,
} from "../contract/ingest.ts";
import type { Device } from "../contract/update.ts";
import { retryAfterMs } from "../domain/backoff.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { SignedFetch } from "./signed-fetch.ts";

/** What one attempt to hand in a batch came to. Nobody downstream reads a status code again. */
export type SendOutcome =
  /** The proxy named what it did with each entry: the only thing anything is removed for (FL1). */
  | {
      readonly type: "receipt";
      readonly verdicts: readonly SaidVerdict[];
      readonly unreadable: readonly number[];
      readonly highestSeq: IngestReceipt["highestSeq"];
      readonly proxyTimeMs: number;
      readonly resend?: IngestReceipt["resend"];
    }
  /** The link or the far side is in trouble: says nothing about any entry. */
  | { readonly type: "unavailable"; readonly reason: string; readonly retryAfterMs?: number }
  /** The batch was refused whole without naming anyone (FL6): another one may pass. */
  | { readonly type: "refused-whole"; readonly reason: string }
  /** Not so much at once. */
  | { readonly type: "too-large" }
  /** We are not let in, whatever we send (FL3). */
  | { readonly type: "shut-out"; readonly reason: string; readonly retryAfterMs?: number };

export interface Batch {
  readonly device: Device;
  readonly clock: ClockReading;
  readonly entries: readonly Entry[];
}

export interface IngestClient {
  /** Never throws. Gives up when `signal` does, and on its own after `SEND_TIMEOUT_MS`. */
  readonly send: (batch: Batch, signal: AbortSignal) => Promise<SendOutcome>;
}

export interface IngestClientDeps {
  readonly fetch: SignedFetch;
  readonly clock: Clock;
  readonly newNonce: () => string;
}

/** Ours: a proxy that needs longer than this for a batch is in trouble. */
export const SEND_TIMEOUT_MS = 30_000;

export function createIngestClient({ fetch, clock, newNonce }: IngestClientDeps): IngestClient {
  return {
    async send(batch, signal) {
      const nonce = newNonce();
      const { device, clock: reading, entries } = batch;
      const request: IngestRequest = {
        v: 1,
        nonce,
        device,
        clock: reading,
        entries: [...entries],
      };
      try {
        // The timeout covers the body too: half an answer must not hold the queue.
        const response = await fetch(INGEST_PATH, {
          method: "POST",
          headers: { "content-type": "application/json", accept: "application/json" },
          body: JSON.stringify(request),
          nonce,
          // A portal's sign-in page is not an answer, wherever it was sent from.
          redirect: "error",
          credentials: "omit",
          cache: "no-store",
          signal: AbortSignal.any([signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]),
        });
        return response.ok
          ? outcomeOfReceipt(response, await response.text(), nonce)
          : outcomeOfStatus(response, clock.wallMs());
      } catch (error) {
        const name = error instanceof Error || error instanceof DOMException ? error.name : "";
        return {
          type: "unavailable",
          reason: name === "TimeoutError" || name === "AbortError" ? "timeout" : "network",
        };
      }
    },
  };
}

/** A verdict as far as a kiosk goes by it; a newer proxy may know more kinds, which are passed over. */
const SaidVerdict = z.object({
  id: z.string(),
  verdict: z.enum(["accepted", "duplicate", "superseded", "rejected", "retry"]),
  reason: z.optional(z.string()),
  retryAfterMs: z.optional(z.number()),
});
export type SaidVerdict = z.infer<typeof SaidVerdict>;

function outcomeOfReceipt(response: Response, text: string, nonce: string): SendOutcome {
  const type = response.headers.get("content-type") ?? "";
  if (!/^application\/json\b/i.test(type)) return { type: "unavailable", reason: "not-json" };
  const parsed = ReceiptEnvelope.safeParse(jsonOrNothing(text));
  if (!parsed.success) return { type: "unavailable", reason: "not-a-receipt" };
  if (parsed.data.nonce !== nonce) return { type: "unavailable", reason: "wrong-nonce" };
  const verdicts = parsed.data.verdicts.flatMap((verdict) => {
    const known = SaidVerdict.safeParse(verdict);
    return known.success ? [known.data] : [];
  });
  const { unreadable, highestSeq, proxyTimeMs, resend } = parsed.data;
  return { type: "receipt", verdicts, unreadable, highestSeq, proxyTimeMs, resend };
}

function outcomeOfStatus({ status, headers }: Response, nowMs: number): SendOutcome {
  const reason = `http-${status}`;
  // Against the far side's own clock where it gives one: ours may be decades off.
  const sentAtMs = Date.parse(headers.get("date") ?? "");
  const askedMs = retryAfterMs(
    headers.get("retry-after"),
    Number.isNaN(sentAtMs) ? nowMs : sentAtMs,
  );
  const wait = askedMs === undefined ? {} : { retryAfterMs: askedMs };
  if (status === 401 || status === 403) return { type: "shut-out", reason, ...wait };
  if (status === 413) return { type: "too-large" };
  if (status === 400 || status === 422) return { type: "refused-whole", reason };
  return { type: "unavailable", reason, ...wait };
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Text that is not JSON is no receipt, whatever its content type says.
    return undefined;
  }
}
