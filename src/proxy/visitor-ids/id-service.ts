import { Pool } from "undici";
import * as z from "zod";
import { visitorIdFrom } from "../../domain/visitor-id.ts";
import { parseJson } from "../parse-json.ts";
import { createGuardedLookup } from "../address-guard.ts";
import type { MappedId, VisitorIds } from "./visitor-ids.ts";

export interface IdServiceOptions {
  /** Where to ask; https, or any scheme on loopback. */
  readonly url: URL;
  /** The address names this machine on purpose: then it may also be a private one. */
  readonly isLoopback: boolean;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  readonly monoMs: () => number;
  readonly timeoutMs?: number;
  /** Questions asked at most in any second. */
  readonly perSecond?: number;
  /** Answers remembered at most. */
  readonly remembered?: number;
}

/** Ours: a mapping that changed at the site is followed within the hour. */
const KEPT_MS = 3_600_000;
const REMEMBERED = 100_000;

/** Ours: above the pace of Target's own allowance, below what hurts a site. */
const PER_SECOND = 20;
const TIMEOUT_MS = 5_000;

/** Ours: what failed is tried again this much later; the forwarder's own backoff adds to it. */
const FAILED_RETRY_MS = 30_000;

/** Ours: an answer is one id. */
const MAX_ANSWER_BYTES = 4_096;

const Answer = z.object({ id: z.string().nullable() });

/**
 * `VISITOR_ID_MODE=lookup` from a service of the site's: `POST {"card": "…"}` is answered with 200
 * and `{"id": "…"}`, or with 404 or `{"id": null}` while the site knows no such card. One card a
 * request, in the body and never in the address. Redirects are not followed. No error holds a card.
 */
export function createIdService(options: IdServiceOptions): VisitorIds {
  const { url, monoMs, timeoutMs = TIMEOUT_MS, perSecond = PER_SECOND } = options;
  const pool = new Pool(url.origin, {
    connections: 4,
    pipelining: 1,
    connect: {
      timeout: timeoutMs,
      ...(options.isLoopback ? {} : { lookup: createGuardedLookup(false) }),
    },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const cache = createCache(options.remembered ?? REMEMBERED, monoMs);
  const budget = createBudget(perSecond, monoMs);
  const headers = {
    "content-type": "application/json",
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
  };

  const ask = async (card: string): Promise<MappedId> => {
    const { statusCode, body } = await pool.request({
      method: "POST",
      path: url.pathname + url.search,
      headers,
      body: JSON.stringify({ card }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) {
        body.destroy();
        return FAILED;
      }
    }
    if (statusCode === 404) return { type: "unmapped" };
    const answer = Answer.safeParse(parseJson(Buffer.concat(chunks)));
    if (statusCode !== 200 || !answer.success) return FAILED;
    if (answer.data.id === null) return { type: "unmapped" };
    const member = visitorIdFrom("member", answer.data.id);
    return member.ok ? { type: "mapped", visitor: member.value } : FAILED;
  };

  return {
    idFor: async (visitor) => {
      if (visitor.kind === "browser") return { type: "mapped", visitor };
      const known = cache.get(visitor.value);
      if (known !== undefined) return { type: "mapped", visitor: { kind: "member", value: known } };
      const waitMs = budget.spend();
      if (waitMs > 0) return { type: "unavailable", retryAfterMs: waitMs };
      // Whatever went wrong on the way, the caller comes back later.
      const answer = await ask(visitor.value).catch(() => FAILED);
      if (answer.type === "mapped") cache.set(visitor.value, answer.visitor.value);
      return answer;
    },
    close: () => pool.close(),
  };
}

const FAILED = { type: "unavailable", retryAfterMs: FAILED_RETRY_MS } as const satisfies MappedId;

/** So many in any second; what is over is told how long to wait. */
function createBudget(perSecond: number, monoMs: () => number): { readonly spend: () => number } {
  let spentMonoMs: readonly number[] = [];
  return {
    spend: () => {
      const nowMs = monoMs();
      spentMonoMs = spentMonoMs.filter((at) => at > nowMs - 1_000);
      if (spentMonoMs.length >= perSecond) return Math.ceil(spentMonoMs[0]! + 1_000 - nowMs);
      spentMonoMs = [...spentMonoMs, nowMs];
      return 0;
    },
  };
}

/** Answers for an hour, the longest unasked forgotten first. */
function createCache(size: number, monoMs: () => number) {
  const entries = new Map<string, { readonly id: string; readonly untilMonoMs: number }>();
  return {
    get: (card: string): string | undefined => {
      const entry = entries.get(card);
      if (entry === undefined) return undefined;
      entries.delete(card);
      if (entry.untilMonoMs <= monoMs()) return undefined;
      entries.set(card, entry);
      return entry.id;
    },
    set: (card: string, id: string): void => {
      entries.set(card, { id, untilMonoMs: monoMs() + KEPT_MS });
      const [oldest] = entries.keys();
      if (entries.size > size && oldest !== undefined) entries.delete(oldest);
    },
  };
}
