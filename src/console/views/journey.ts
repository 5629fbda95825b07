import type { Journey, JourneyUpdate } from "../../contract/journey.ts";
import { JOURNEY_STEPS, type JourneyStep } from "../words.ts";
import type { Condition } from "./kiosk-troubles.ts";
import type { Saying } from "./saying.ts";

export interface JourneyStop {
  readonly step: JourneyStep;
  readonly name: string;
  /** When, or that it is not so yet. */
  readonly when: string;
  readonly isReached: boolean;
}

export interface JourneyRow {
  readonly id: string;
  readonly condition: Condition;
  readonly title: string;
  readonly at: string;
  readonly wrote: string;
  readonly stage: string;
  readonly stops: readonly JourneyStop[];
}

export interface JourneyView {
  readonly alias: string;
  readonly state: string;
  /** Sentences; none where there is nothing to add. */
  readonly facts: readonly string[];
  /** Newest first. */
  readonly rows: readonly JourneyRow[];
}

export function journeyView(journey: Journey, nowMs: number, saying: Saying): JourneyView {
  const { words, formats } = saying;
  const say = words.visitor;
  const { state, visitor, reason, attempts, nextDueMs, confirmedMs, updates } = journey;
  const isTold = state !== "nobody" && state !== "withdrawn";
  return {
    alias: isTold ? say.known(visitor) : "",
    state: say.state[state],
    facts: [
      ...(reason === undefined ? [] : [say.reason(reason)]),
      ...(attempts === undefined || attempts === 0 ? [] : [say.attempts(formats.count(attempts))]),
      ...(nextDueMs === undefined || nextDueMs <= nowMs || state === "idle"
        ? []
        : [say.nextTry(formats.moment(nextDueMs, nowMs))]),
      ...(confirmedMs === undefined ? [] : [say.seen(formats.moment(confirmedMs, nowMs))]),
    ],
    rows: updates.map((update) => rowOf(update, nowMs, saying)),
  };
}

function rowOf(update: JourneyUpdate, nowMs: number, { words, formats }: Saying): JourneyRow {
  const say = words.visitor;
  const times: Readonly<Record<JourneyStep, number | undefined>> = {
    captured: update.capturedMs,
    stored: update.storedMs,
    sent: update.sentMs,
    acknowledged: update.acknowledgedMs,
    applied: update.appliedMs,
  };
  return {
    id: update.id,
    condition: CONDITION[update.stage],
    title: `${say.occasion[update.occasion]}, ${formats.moment(update.capturedMs, nowMs)}`,
    at: say.at(update.storeId, update.kioskId),
    wrote: say.wrote(update.attributes.join(", ")),
    stage: say.stage[update.stage],
    stops: JOURNEY_STEPS.map((step) => {
      const atMs = times[step];
      const isReached = atMs !== undefined || isPast(step, update);
      return {
        step,
        name: say.step[step],
        isReached,
        when: atMs === undefined ? (isReached ? "" : say.notYet) : formats.timeToTheSecond(atMs),
      };
    }),
  };
}

/** Reached, though nobody kept when: what is applied was acknowledged, and what was that had left. */
function isPast(step: JourneyStep, { stage }: JourneyUpdate): boolean {
  const reached = JOURNEY_STEPS.indexOf(step);
  if (stage === "applied") return true;
  return stage === "acknowledged" && reached <= JOURNEY_STEPS.indexOf("acknowledged");
}

const CONDITION: Readonly<Record<JourneyUpdate["stage"], Condition>> = {
  applied: "good",
  acknowledged: "good",
  waiting: "good",
  superseded: "good",
  held: "warn",
  unknown: "warn",
  refused: "bad",
};
