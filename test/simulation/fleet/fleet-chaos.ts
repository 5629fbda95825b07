import { pick, seeded } from "../../support/seeded.ts";
import type { TestServer } from "../../support/postgres.ts";
import { pause } from "../../support/wait.ts";
import { FLEET_EVENTS, type FleetEventName, type FleetWorld } from "./fleet-events.ts";
import { fullestDay, judge, sentAgain, type Verdicts } from "./fleet-judge.ts";
import { bringAll, serveShoppers } from "./fleet-load.ts";
import { openFleet, type Fleet } from "./fleet.ts";

export interface FleetChaosPlan {
  readonly server: TestServer;
  readonly seed: number;
  readonly events: number;
  /** Calls in any 24 hours; so few that they bind. */
  readonly allowed: number;
  readonly onEvent?: (done: number) => void;
}

export interface FleetChaosResult {
  readonly seed: number;
  readonly happened: Readonly<Record<FleetEventName, number>>;
  readonly acknowledged: number;
  readonly calls: number;
  /** Of those, with content that an earlier one had. */
  readonly sentAgain: number;
  /** Most calls in any 24 hours. */
  readonly fullestDay: number;
  /** On the fleet's clock. */
  readonly days: number;
  readonly verdicts: Verdicts;
}

const SIZE = { members: 3, kiosks: 6, cards: 24 } as const;

/** Ours: moments of the fleet's time between two events, as what waits for them. */
const PAUSES_MS = [
  12_000, // the spacing
  65_000, // a lease
  6 * 60_000, // a backoff
  25 * 60_000,
  2 * 3_600_000, // a look before a late send, and a read back
];

/** Ours: real milliseconds in which a batch is taken in and forwarded. */
const LONGEST_WAIT_MS = 25;

/** Ours: how much of the fleet's time is let pass at once while what is owed goes out. */
const DRAIN_STEP_MS = 2 * 3_600_000;

/**
 * Days of three proxies on one PostgreSQL, with something of them broken again and again in the middle
 * of taking in and forwarding, by seed. Then everything that is owed goes out, and all that is left is
 * judged. `after` may go on with the fleet.
 */
export async function fleetChaos(
  { server, seed, events, allowed, onEvent }: FleetChaosPlan,
  after: (world: FleetWorld) => Promise<void> = async () => undefined,
): Promise<FleetChaosResult> {
  const random = seeded(seed);
  const databaseUrl = await server.newDatabase();
  const fleet = await openFleet({ ...SIZE, databaseUrl, allowed });
  const world = { fleet, server, databaseUrl, random };
  const startMs = fleet.clock.wallMs();
  const names = Object.keys(FLEET_EVENTS) as FleetEventName[];
  const happened = Object.fromEntries(names.map((name) => [name, 0])) as Record<
    FleetEventName,
    number
  >;
  try {
    for (let event = 0; event < events; event += 1) {
      // Each once before any twice, and then by chance.
      const name = event < names.length ? names[event]! : pick(names, random);
      await befall(world, name);
      happened[name] += 1;
      await fleet.pass(pick(PAUSES_MS, random));
      onEvent?.(event + 1);
    }
    await comeToRest(fleet);
    const evidence = await fleet.evidence();
    const result = {
      seed,
      happened,
      acknowledged: evidence.acknowledged.length,
      calls: evidence.calls.length,
      sentAgain: sentAgain(evidence.calls),
      fullestDay: fullestDay(evidence.arrivedMs),
      days: (fleet.clock.wallMs() - startMs) / 86_400_000,
      verdicts: judge(evidence),
    };
    await after(world);
    return result;
  } finally {
    await fleet.close();
  }
}

/** Shoppers come, and in the middle of it something breaks. */
async function befall(world: FleetWorld, name: FleetEventName): Promise<void> {
  const { fleet, random } = world;
  const serving = serveShoppers(fleet, random);
  await pause(random() * LONGEST_WAIT_MS);
  const mend = await FLEET_EVENTS[name](world);
  await serving;
  await mend();
}

/** Everything the kiosks owe is taken in, and everything Target is owed is sent. */
export async function comeToRest(fleet: Fleet): Promise<void> {
  await bringAll(fleet);
  await fleet.drain(DRAIN_STEP_MS);
}
