import { isDeepStrictEqual } from "node:util";
import { startPostgres, type TestServer } from "../../support/postgres.ts";
import type { KillResult } from "../kills.ts";
import { fleetChaos } from "./fleet-chaos.ts";
import { KEPT, type Verdicts } from "./fleet-judge.ts";
import { restoreStory, type RestoreResult } from "./fleet-restore.ts";
import { breakings } from "./fleet-sabotage.ts";

/** A row of the chaos table, and what its controls came to. */
export interface FleetOutcome extends KillResult {
  readonly control: string;
  /** A control found nothing, so that the row proves nothing. */
  readonly isControlBlind: boolean;
}

/** Ours: with 24 cards this many a day leave some of every day to wait for the next. */
const ALLOWED = 120;

/** Days of three proxies, with something broken `events` times; then each promise broken on purpose. */
export async function fleetOutcome(plan: {
  readonly seed: number;
  readonly events: number;
  readonly onEvent: (done: number) => void;
}): Promise<FleetOutcome> {
  console.log(`fleet: seed ${plan.seed}`);
  const server = await startPostgres();
  try {
    let found = KEPT;
    const result = await fleetChaos({ ...plan, server, allowed: ALLOWED }, async (world) => {
      found = await breakings(world);
    });
    console.log(result);
    const times = Object.values(found);
    return {
      points: plan.events,
      thanked: result.acknowledged,
      ...brokenIn(result.verdicts),
      control: `${times.filter((each) => each > 0).length} of ${times.length} found`,
      isControlBlind: times.some((each) => each === 0),
    };
  } finally {
    await server.stop();
  }
}

/** Databases put back under load, each beside one that never was and beside those nobody took care of. */
export async function fleetRestoreOutcome(plan: {
  readonly seed: number;
  readonly stories: number;
  readonly onStory: (done: number) => void;
}): Promise<FleetOutcome> {
  console.log(`fleet-restore: seeds ${plan.seed} and following`);
  const server = await startPostgres();
  const totals = { thanked: 0, lost: 0, doubled: 0, blind: 0 };
  try {
    for (let story = 0; story < plan.stories; story += 1) {
      const seed = plan.seed + story;
      const { putBack, never, forgotten, silent } = await tellStory(server, seed);
      const broken = brokenIn(putBack.verdicts);
      const isOther = !isDeepStrictEqual(putBack.profiles, never.profiles);
      const isBlind = forgotten.verdicts.lostHere === 0 || silent.verdicts.overshoot === 0;
      totals.thanked += putBack.acknowledged;
      totals.lost += broken.lost + (isOther ? 1 : 0);
      totals.doubled += broken.doubled + putBack.callsForWithdrawn;
      totals.blind += isBlind || silent.callsForWithdrawn === 0 ? 1 : 0;
      console.log({ seed, ...putBack.verdicts, isOther, withdrawn: putBack.callsForWithdrawn });
      plan.onStory(story + 1);
    }
  } finally {
    await server.stop();
  }
  const { blind, ...rest } = totals;
  return {
    points: plan.stories,
    ...rest,
    control: `${plan.stories - blind} of ${plan.stories} lost`,
    isControlBlind: blind > 0,
  };
}

interface Told {
  readonly putBack: RestoreResult;
  readonly never: RestoreResult;
  readonly forgotten: RestoreResult;
  readonly silent: RestoreResult;
}

async function tellStory(server: TestServer, seed: number): Promise<Told> {
  const story = { server, seed, members: 3, keeps: true } as const;
  return {
    putBack: await restoreStory({ ...story, isPutBack: "as told" }),
    never: await restoreStory({ ...story, isPutBack: "no" }),
    forgotten: await restoreStory({ ...story, isPutBack: "as told", keeps: false }),
    silent: await restoreStory({ ...story, isPutBack: "in silence" }),
  };
}

function brokenIn(verdicts: Verdicts): Pick<KillResult, "lost" | "doubled"> {
  const { lostHere, lostThere, mergedTwice, tooClose, overshoot, repeated } = verdicts;
  return { lost: lostHere + lostThere, doubled: mergedTwice + tooClose + overshoot + repeated };
}
