import { backoffDelayMs } from "../domain/backoff.ts";
import type { Clock } from "../domain/clock.ts";
import type { VisitorId } from "../domain/visitor-id.ts";
import { needsLook, stillNewest } from "./freshness.ts";
import type { LedgerClock } from "./ledger-clock.ts";
import type { ChargeAsk, Claim, ClaimedAttribute, Settlement, Store } from "./store/store.ts";
import type { ProfileAttribute } from "./target/profile-answer.ts";
import type { TargetClient, UpdateResult } from "./target/target-client.ts";
import type { RefusedAttributes } from "./target/update-request.ts";
import { isReadBack, type ReadBackTiming } from "./read-back/look-plan.ts";
import type { SentAttribute } from "./store/read-back-store.ts";
import type { MappedId, VisitorIds } from "./visitor-ids/visitor-ids.ts";

export interface DeliveryDeps {
  readonly store: Store;
  readonly target: TargetClient;
  /** Who Target knows a visitor as. */
  readonly visitorIds: VisitorIds;
  readonly clock: Clock;
  readonly ledger: LedgerClock;
  /** Proxy time for what is due. */
  readonly dueNowMs: () => number;
  readonly random: () => number;
  readonly timing: DeliveryTiming;
  readonly readBack: ReadBackTiming;
}

/** All in milliseconds. */
export interface DeliveryTiming {
  /** Longest a claim is worked on; its last call has ended by then (rule FW2). */
  readonly leaseMs: number;
  /** Shortest time between two calls for one visitor. */
  readonly spacingMs: number;
  /** Age of the oldest attribute from which the profile is looked at first (rule FW6). */
  readonly lookAfterMs: number;
}

/** A claim, and when it was charged. */
export interface ChargedClaim {
  readonly claim: Claim;
  readonly charge: ChargeAsk;
  readonly chargedMonoMs: number;
  /** The number of the breaker's probe, where it is one. */
  readonly probe?: number | undefined;
}

/** How a claim ended: what the store is told, and what it says about Target as a whole. */
export interface Delivery {
  readonly settlement: Settlement;
  readonly news: CallNews;
  /** In place of `settlement`, where a refusal turns out to be Target's trouble (rule FW5). */
  readonly otherwise?: Settlement;
}

export type CallNews =
  | { readonly type: "delivered" | "refused" }
  | { readonly type: "unavailable"; readonly retryAfterMs?: number | undefined }
  /** Target was not asked, or answered well. */
  | { readonly type: "silent" };

const SILENT: CallNews = { type: "silent" };

/**
 * Works one claim: looks, sends what is still newest, and says how it ended. Nothing when the lease
 * went to somebody else: then nothing has left, and there is nothing to settle.
 */
export async function deliver(
  deps: DeliveryDeps,
  charged: ChargedClaim,
): Promise<Delivery | undefined> {
  const { claim } = charged;
  const mapped = await deps.visitorIds.idFor(claim.visitor);
  if (mapped.type !== "mapped") return waitForId(deps, charged, mapped);
  const { visitor } = mapped;
  const look = await lookFirst(deps, charged, visitor);
  if (look.type === "unavailable") {
    return comeBack(deps, charged, { neverLeft: true, othersLeft: false });
  }
  if (look.type === "absent") return absent(deps, charged);
  if (look.attributes.length === 0) return nothingToSend(deps, charged);
  const { calls, refused } = deps.target.planCalls(visitor, look.attributes);
  if (refused !== undefined && calls.length === 0) {
    return refusedByUs(deps, charged, refused);
  }
  const leaving = calls.flat();
  const names = leaving.map((attribute) => attribute.name);
  if (!(await deps.store.recordSending(claim, names))) return undefined;

  let last: ChargedClaim = charged;
  const sentMs = deps.dueNowMs();
  for (const [index, attributes] of calls.entries()) {
    if (!mayStillLeave(deps, charged)) {
      return comeBack(deps, charged, {
        neverLeft: index === 0,
        othersLeft: index > 0,
        quiet: true,
      });
    }
    if (index > 0) {
      const more = await chargeMore(deps, last);
      if (more === undefined) {
        return comeBack(deps, charged, { neverLeft: false, othersLeft: true, quiet: true });
      }
      last = more;
      // The visitor may have withdrawn during the call before (rule PV6).
      if (!(await deps.store.recordSending(claim, names))) return undefined;
    }
    const result = await deps.target.update(visitor, attributes);
    if (result.dateMs !== undefined) deps.ledger.observe(result.dateMs);
    if (result.outcome.type !== "delivered") return ended(deps, last, result, index > 0);
  }
  return delivered(deps, claim, { ...look, attributes: leaving, sentMs }, refused);
}

/** Ours: how often a card that nobody has an id for yet is looked for again. */
const UNMAPPED_RETRY_MS = 15 * 60_000;

/** Nothing left, so the charge is given back, and Target is not to blame. */
function waitForId(
  deps: DeliveryDeps,
  charged: ChargedClaim,
  mapped: Exclude<MappedId, { readonly type: "mapped" }>,
): Delivery {
  const retryAfterMs = mapped.type === "unmapped" ? UNMAPPED_RETRY_MS : mapped.retryAfterMs;
  return comeBack(deps, charged, {
    neverLeft: true,
    othersLeft: false,
    quiet: true,
    retryAfterMs,
  });
}

type Look =
  | ReadyLook
  /** Target has no such profile. */
  | { readonly type: "absent" }
  | { readonly type: "unavailable" };

interface ReadyLook {
  readonly type: "ready";
  readonly attributes: readonly ClaimedAttribute[];
  /** The profile as it was just seen; nothing when nobody looked. */
  readonly profile?: ReadonlyMap<string, ProfileAttribute>;
}

/** What may be sent, after a look at the profile where the claim is old enough to need one. */
async function lookFirst(
  deps: DeliveryDeps,
  { claim }: ChargedClaim,
  visitor: VisitorId,
): Promise<Look> {
  const { attributes } = claim;
  const isForced = claim.isRedriven === true;
  if (!isForced && !needsLook(attributes, deps.dueNowMs(), deps.timing.lookAfterMs)) {
    return { type: "ready", attributes };
  }
  const { look, dateMs } = await deps.target.fetchProfile(visitor);
  if (dateMs !== undefined) deps.ledger.observe(dateMs);
  switch (look.type) {
    case "unavailable":
      return { type: "unavailable" };
    case "unknown":
      return { type: "absent" };
    case "found":
      return {
        type: "ready",
        attributes: stillNewest(attributes, look.attributes),
        profile: look.attributes,
      };
  }
}

/** Ours: what the clocks' precision and a busy process may cost, well above both. */
const MARGIN_MS = 15_000;

/**
 * Whether a call that leaves now ends within the lease, and arrives while its charge covers it. Not
 * after the machine slept or its clock was set: then nobody knows how long ago the charge was.
 */
function mayStillLeave(deps: DeliveryDeps, charged: ChargedClaim): boolean {
  const ageMs = deps.clock.monoMs() - charged.chargedMonoMs;
  const roomMs = deps.timing.leaseMs - deps.target.timeoutMs - MARGIN_MS;
  return ageMs <= roomMs && !deps.ledger.needsTargetTime();
}

async function chargeMore(
  deps: DeliveryDeps,
  last: ChargedClaim,
): Promise<ChargedClaim | undefined> {
  const charge = chargeAsk(deps.ledger, deps.timing.leaseMs, last.charge.allowed);
  const chargedMonoMs = deps.clock.monoMs();
  const isCharged = await deps.store.chargeAnother(charge);
  return isCharged ? { ...last, charge, chargedMonoMs } : undefined;
}

/** What a charge made now must say, so that no later jump of the ledger can free it early. */
export function chargeAsk(ledger: LedgerClock, leaseMs: number, allowed: number): ChargeAsk {
  return { ledgerMs: ledger.nowMs(), maxCallMs: leaseMs + ledger.behindMs(), allowed };
}

/**
 * @param look what was sent and since when, of the profile as it was seen
 * @param except what was in none of the calls, because we refuse to send it
 */
function delivered(
  deps: DeliveryDeps,
  claim: Claim,
  look: ReadyLook & { readonly sentMs: number },
  except: RefusedAttributes | undefined,
): Delivery {
  const atMs = deps.dueNowMs();
  const { readBack, random } = deps;
  const sent = look.attributes.map(({ name, value, effectiveMs }): SentAttribute => {
    const before = look.profile?.get(name)?.value;
    return before === undefined
      ? { name, value, effectiveMs }
      : { name, value, effectiveMs, before };
  });
  return {
    settlement: {
      type: "delivered",
      version: claim.version,
      sentMs: look.sentMs,
      atMs,
      nextDueAtMs: atMs + deps.timing.spacingMs,
      ...(look.profile === undefined ? {} : { isConfirmed: true }),
      ...(isReadBack(claim.readBack, readBack, atMs, random())
        ? { readBack: { dueMs: atMs + readBack.afterMs, sent } }
        : {}),
      ...(except === undefined ? {} : { except }),
    },
    news: { type: "delivered" },
  };
}

function nothingToSend(deps: DeliveryDeps, { claim, charge }: ChargedClaim): Delivery {
  const { ledgerMs, maxCallMs } = charge;
  const atMs = deps.dueNowMs();
  return {
    settlement: { type: "nothing-to-send", version: claim.version, atMs, ledgerMs, maxCallMs },
    news: SILENT,
  };
}

/** Nothing left, so the charge is given back (rule QT2). */
function absent(deps: DeliveryDeps, { charge }: ChargedClaim): Delivery {
  const { ledgerMs, maxCallMs } = charge;
  const atMs = deps.dueNowMs();
  return {
    settlement: {
      type: "absent",
      atMs,
      dueMs: atMs + deps.readBack.searchAfterMs,
      ledgerMs,
      maxCallMs,
    },
    news: SILENT,
  };
}

/** Certain without a witness, and no news of Target: it was never asked (rule TC3). */
function refusedByUs(
  deps: DeliveryDeps,
  { charge }: ChargedClaim,
  { reason, class: refusal }: Pick<RefusedAttributes, "reason" | "class">,
): Delivery {
  const { ledgerMs, maxCallMs } = charge;
  return {
    settlement: {
      type: "refused",
      reason,
      class: refusal,
      atMs: deps.dueNowMs(),
      refund: { ledgerMs, maxCallMs },
    },
    news: SILENT,
  };
}

/** A call that was not delivered: refused for good, or to be tried again. */
function ended(
  deps: DeliveryDeps,
  charged: ChargedClaim,
  { outcome, neverLeft }: UpdateResult,
  othersLeft: boolean,
): Delivery {
  if (outcome.type !== "refused") {
    const retryAfterMs = outcome.type === "unavailable" ? outcome.retryAfterMs : undefined;
    return comeBack(deps, charged, { neverLeft, othersLeft, retryAfterMs });
  }
  const { reason } = outcome;
  // Planned as it was, it would have been refused then: nobody can say what it was for.
  if (neverLeft) return refusedByUs(deps, charged, { reason, class: "other" });
  const atMs = deps.dueNowMs();
  const nextDueAtMs = atMs + deps.timing.spacingMs;
  return {
    settlement: { type: "refused", reason, class: "refused", atMs, nextDueAtMs },
    news: { type: "refused" },
    otherwise: comeBack(deps, charged, { neverLeft: false, othersLeft }).settlement,
  };
}

interface ComeBack {
  /** The call the last charge paid for provably never left (rule QT2). */
  readonly neverLeft: boolean;
  /** Earlier calls of the same claim did leave. */
  readonly othersLeft: boolean;
  readonly retryAfterMs?: number | undefined;
  /** Says nothing about Target: it was not asked, or answered well. */
  readonly quiet?: boolean;
}

/** Tries again later: as Target asks, else with backoff; never within the spacing of a call that left. */
function comeBack(deps: DeliveryDeps, charged: ChargedClaim, why: ComeBack): Delivery {
  const backoffMs = backoffDelayMs(charged.claim.attempts + 1, deps.random());
  const hasLeft = !why.neverLeft || why.othersLeft;
  const waitMs = Math.max(why.retryAfterMs ?? backoffMs, hasLeft ? deps.timing.spacingMs : 0);
  const { ledgerMs, maxCallMs } = charged.charge;
  return {
    settlement: {
      type: "unavailable",
      dueAtMs: deps.dueNowMs() + waitMs,
      ...(why.neverLeft ? { refund: { ledgerMs, maxCallMs } } : {}),
    },
    news: why.quiet === true ? SILENT : { type: "unavailable", retryAfterMs: why.retryAfterMs },
  };
}
