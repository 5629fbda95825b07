import type { ClaimedAttribute } from "./store/store.ts";
import type { ProfileAttribute } from "./target/profile-answer.ts";

/** Ours: what is younger cannot have been overtaken unnoticed often enough to pay for a look. */
export const LOOK_AFTER_MS = 3_600_000;

/** Whether any of what waits has waited so long that the profile must be looked at first. */
export function needsLook(
  attributes: readonly ClaimedAttribute[],
  nowMs: number,
  lookAfterMs: number,
): boolean {
  if (attributes.length === 0) return true;
  // One that is young does not make the others so: they may have been overtaken long ago.
  const oldestMs = Math.min(...attributes.map((attribute) => attribute.effectiveMs));
  return nowMs - oldestMs > lookAfterMs;
}

/**
 * What may still be sent, given the profile as it is (rule FW6).
 *
 * An attribute that changed there after it took effect here belongs to the site, unless the value is
 * one of ours: our own calls move Target's times too.
 */
export function stillNewest(
  attributes: readonly ClaimedAttribute[],
  profile: ReadonlyMap<string, ProfileAttribute>,
): readonly ClaimedAttribute[] {
  return attributes.filter((attribute) => {
    const there = profile.get(attribute.name);
    if (there === undefined || there.modifiedAtMs <= attribute.effectiveMs) return true;
    return there.value === attribute.value || attribute.sentValues.includes(there.value);
  });
}
