import type { Overview } from "../../contract/overview.ts";
import type { Condition } from "./kiosk-troubles.ts";
import { stateOf } from "./forwarding.ts";
import { isLoss } from "./losses.ts";
import type { Saying } from "./saying.ts";
import { totalOf } from "./share.ts";

/** The one true sentence, and who is asked for. */
export interface Headline {
  readonly condition: Condition;
  readonly sentence: string;
}

/** @param kiosks how many of the kiosks need a look */
export function headlineView(overview: Overview, kiosks: number, { words }: Saying): Headline {
  const { chain, incidents } = overview;
  const say = words.headline;
  const state = chain === undefined ? "running" : stateOf(chain.forwarding, chain.allowance);
  const refused = chain?.deadLetters.visitors ?? 0;
  const isLost = incidents.list.some(isLoss);
  const needs = [
    ...(incidents.open === 0 ? [] : [say.incidents(incidents.open)]),
    ...(kiosks === 0 ? [] : [say.kiosks(kiosks)]),
    ...(refused === 0 ? [] : [say.refused(refused)]),
  ];
  const first = () => {
    if (isLost) return say.lost;
    if (state === "paused") return say.paused;
    if (state === "breaker-open") return say.targetAway;
    if (state === "allowance-spent") return say.spent;
    return isUntouched(overview) ? say.nothingYet : say.safe;
  };
  const isRunning = state === "running";
  const isQuiet = needs.length === 0 && isRunning && !isUntouched(overview);
  return {
    condition: isLost ? "bad" : needs.length > 0 || !isRunning ? "warn" : "good",
    // Two sentences are read at a glance; the sections say the rest.
    sentence: [first(), ...(isQuiet ? [say.allWell] : needs.slice(0, 1))].join(" "),
  };
}

/** Nobody has ever been scanned here, as far as anybody can see. */
export function isUntouched({ scans, kiosks, incidents }: Overview): boolean {
  return totalOf(scans) === 0 && kiosks.owed === 0 && incidents.open === 0;
}
