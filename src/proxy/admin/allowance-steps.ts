import { ALLOWANCE_STEP_MS, type Allowance } from "../../contract/allowance.ts";
import type { ChargedMinute } from "../store/operations-store.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MINUTES_A_DAY = DAY_MS / MINUTE_MS;
const STEPS = DAY_MS / ALLOWANCE_STEP_MS;

/**
 * The last 24 hours in steps, oldest first, from the minutes of the ledger. A charge stands in the minute
 * in which its call arrives at the latest, and counts until 24 hours after the end of that; what was
 * charged just now may stand in a minute to come, and is told in the last step.
 *
 * @param ledgerMs the ledger's time at `atMs`; the two differ where a clock was set
 */
export function allowanceSteps(
  charged: readonly ChargedMinute[],
  ledgerMs: number,
  atMs: number,
): Allowance["steps"] {
  const first = Math.floor(ledgerMs / ALLOWANCE_STEP_MS) - STEPS + 1;
  return Array.from({ length: STEPS }, (_, index) => {
    const isLast = index === STEPS - 1;
    const fromMs = (first + index) * ALLOWANCE_STEP_MS;
    const endMs = isLast ? ledgerMs : fromMs + ALLOWANCE_STEP_MS;
    const isWithin = ({ minute }: ChargedMinute) =>
      minute * MINUTE_MS >= fromMs && (isLast || minute * MINUTE_MS < endMs);
    const counts = ({ minute }: ChargedMinute) =>
      minute > lastFreeMinute(endMs) && (isLast || minute * MINUTE_MS < endMs);
    return {
      fromMs: Math.round(fromMs + atMs - ledgerMs),
      calls: sumOf(charged.filter(isWithin)),
      used: sumOf(charged.filter(counts)),
    };
  });
}

/** The last minute whose calls no longer count at a moment. */
function lastFreeMinute(ledgerMs: number): number {
  return Math.floor(ledgerMs / MINUTE_MS) - MINUTES_A_DAY - 1;
}

function sumOf(charged: readonly ChargedMinute[]): number {
  return charged.reduce((sum, { calls }) => sum + calls, 0);
}
