import {
  CREATED_WITHIN_MS,
  type ExpectedAttribute,
  type LookClaim,
  type LookSettlement,
  type Resend,
} from "../store/read-back-store.ts";
import type { ProfileAttribute, ProfileLook } from "../target/profile-answer.ts";
import {
  APPLIED_WITHIN_MS,
  checkPauseMs,
  searchPauseMs,
  type ReadBackTiming,
} from "./look-plan.ts";

/** When a look was made. */
export interface LookMoment {
  /** Proxy time, for what is due. */
  readonly nowMs: number;
  /**
   * Where Target's clock is too: nothing is given up because a wall clock ran ahead for a moment.
   */
  readonly agreedMs: number;
}

/**
 * What a look at a profile means for the visitor (rule UN1). Pure.
 *
 * @param pauseMs how long to wait where Target could not be asked
 */
export function judgeLook(
  claim: LookClaim,
  look: ProfileLook,
  moment: LookMoment,
  timing: ReadBackTiming,
  pauseMs: number,
): LookSettlement {
  const { nowMs, agreedMs } = moment;
  if (look.type === "unavailable") return { type: "later", dueMs: nowMs + pauseMs };
  if (claim.kind === "search") {
    if (look.type === "found") return { type: "found", atMs: nowMs };
    if (agreedMs - claim.missedMs > timing.termMs) return { type: "unknown", atMs: nowMs };
    return { type: "absent", atMs: nowMs, dueMs: nowMs + searchPauseMs(claim.tries, timing) };
  }
  if (look.type === "unknown") {
    return { type: "absent", atMs: nowMs, dueMs: nowMs + timing.searchAfterMs };
  }
  // A file that creates profiles, while it may still take effect, may undo what came after it.
  const againMs = Math.max(
    nowMs + timing.againAfterMs,
    (claim.createdMs ?? -Infinity) + CREATED_WITHIN_MS,
  );
  return judgeProfile(claim, look.attributes, moment, { ...timing, againMs });
}

/** `againMs`: when what was seen applied is looked at once more. */
type CheckTiming = ReadBackTiming & { readonly againMs: number };

function judgeProfile(
  { expected, seen }: LookClaim,
  profile: ReadonlyMap<string, ProfileAttribute>,
  moment: LookMoment,
  timing: CheckTiming,
): LookSettlement {
  const remaining: ExpectedAttribute[] = [];
  const resend: Resend[] = [];
  const givenUp: string[] = [];
  const found: Record<string, string> = { ...seen };
  for (const each of expected) {
    const there = profile.get(each.name);
    if (there !== undefined) found[each.name] = there.value;
    const verdict = judgeAttribute(each, there, moment, timing);
    switch (verdict.type) {
      case "wait":
        remaining.push(verdict.expected);
        break;
      case "resend":
        resend.push({
          name: each.name,
          reason: verdict.reason,
          ...(there === undefined ? {} : { revertedTo: there.value }),
        });
        break;
      case "given-up":
        givenUp.push(each.name);
        break;
      case "done":
        break;
    }
  }
  return { type: "seen", atMs: moment.nowMs, expected: remaining, seen: found, resend, givenUp };
}

type AttributeVerdict =
  | { readonly type: "wait"; readonly expected: ExpectedAttribute }
  | { readonly type: "resend"; readonly reason: Resend["reason"] }
  | { readonly type: "given-up" }
  /** It is there and stayed, or the site has a newer word: nothing more to be seen. */
  | { readonly type: "done" };

function judgeAttribute(
  expected: ExpectedAttribute,
  there: ProfileAttribute | undefined,
  { nowMs, agreedMs }: LookMoment,
  timing: CheckTiming,
): AttributeVerdict {
  if (expected.phase === "applied" && nowMs < expected.dueMs) return { type: "wait", expected };
  if (there?.value === expected.value) {
    if (expected.phase === "applied") return { type: "done" };
    return { type: "wait", expected: { ...expected, phase: "applied", dueMs: timing.againMs } };
  }
  if (isSitesOwn(expected, there)) return { type: "done" };
  if (expected.phase === "applied") {
    // Sent once more, and no oftener: whatever undoes it would win again.
    return expected.isAgain ? { type: "done" } : { type: "resend", reason: "reverted" };
  }
  if (agreedMs - expected.ackedMs > APPLIED_WITHIN_MS) {
    return expected.isAgain ? { type: "given-up" } : { type: "resend", reason: "not-applied" };
  }
  return { type: "wait", expected: notYet(expected, there, nowMs, timing) };
}

/**
 * Whether the value there is a later word than ours (rule FW6). It is not when it was there before our
 * call, or is another value of ours: those are times at which Target wrote, not at which anybody chose.
 */
function isSitesOwn(expected: ExpectedAttribute, there: ProfileAttribute | undefined): boolean {
  if (there === undefined || there.modifiedAtMs <= expected.effectiveMs) return false;
  return there.value !== expected.before && !expected.otherValues.includes(there.value);
}

/** Looks again later; what stands there meanwhile is what stood there before our call. */
function notYet(
  expected: ExpectedAttribute,
  there: ProfileAttribute | undefined,
  nowMs: number,
  timing: ReadBackTiming,
): ExpectedAttribute {
  const isOlder = there !== undefined && there.modifiedAtMs <= expected.ackedMs;
  return {
    ...expected,
    ...(expected.before === undefined && isOlder ? { before: there.value } : {}),
    tries: expected.tries + 1,
    dueMs: nowMs + checkPauseMs(expected.tries, timing),
  };
}
