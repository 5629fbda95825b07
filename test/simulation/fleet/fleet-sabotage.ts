import { ask } from "../../support/postgres.ts";
import { pick } from "../../support/seeded.ts";
import type { FleetWorld } from "./fleet-events.ts";
import { judge, KEPT, type Verdicts } from "./fleet-judge.ts";
import { serveShoppers } from "./fleet-load.ts";

/** Ours: several days, each a new chance for what takes two proxies that meet by chance. */
const MAX_TURNS = 60;

/** Ours: with some calls in each, more than any allowance here, so that a day can overshoot. */
const TURNS_A_DAY = 6;

/** How often more each promise is found broken once what it rests on is undone, one after the other. */
export async function breakings(world: FleetWorld): Promise<Verdicts> {
  const found = { ...KEPT };
  for (const promise of Object.keys(SABOTAGE) as (keyof Verdicts)[]) {
    Object.assign(found, { [promise]: await breakingsOf(world, promise) });
  }
  return found;
}

async function breakingsOf(
  { fleet, databaseUrl, random }: FleetWorld,
  promise: keyof Verdicts,
): Promise<number> {
  const before = judge(await fleet.evidence())[promise];
  let found = 0;
  await sabotaged(databaseUrl, SABOTAGE[promise], async () => {
    for (let turn = 0; found === 0 && turn < MAX_TURNS; turn += 1) {
      // A day on, so that none of them is kept for want of calls.
      if (turn % TURNS_A_DAY === 0) await fleet.pass(25 * 3_600_000);
      // Held up, so that there is a while in which another could come between.
      fleet.emulator.inject({ type: "delay", delayMs: 5_000, times: 2 });
      await serveShoppers(fleet, random);
      await pick(fleet.kiosks, random).repeatTo(fleet.members[0]!.kioskUrl());
      await fleet.pass(11_000);
      found = judge(await fleet.evidence())[promise] - before;
    }
  });
  fleet.emulator.clearFaults();
  return found;
}

/**
 * How to make a fleet break each of its promises: a trigger in its database undoes what the promise
 * rests on. What the judge then does not find, it never would.
 */
const SABOTAGE: Readonly<Record<keyof Verdicts, Sabotage>> = {
  /** The journal loses every row. */
  lostHere: { before: "INSERT ON journal", does: "RETURN NULL;" },
  /** A newer value of an attribute never arrives in the merged truth. */
  lostThere: { before: "UPDATE OF value ON attribute", does: "RETURN NULL;" },
  /** Which numbers were received is forgotten, and nothing else keeps a row from coming twice. */
  mergedTwice: {
    first: "ALTER TABLE journal DROP CONSTRAINT IF EXISTS journal_pkey",
    before: "INSERT OR UPDATE ON epoch_received",
    does: "NEW.received := '[]'; RETURN NEW;",
  },
  /** Leases are over as they begin. */
  tooClose: {
    before: "UPDATE ON visitor",
    does: "NEW.lease_until_ms := least(NEW.lease_until_ms, 1); NEW.not_before_ms := 0; RETURN NEW;",
  },
  /** Charges are not written down. */
  overshoot: {
    before: "INSERT OR UPDATE ON allowance_bucket",
    does: "NEW.calls := 0; RETURN NEW;",
  },
  /** Whatever becomes newer makes all of its visitor newer. */
  repeated: {
    before: "UPDATE OF version ON visitor",
    does: "UPDATE attribute SET version = NEW.version WHERE visitor = NEW.visitor; RETURN NEW;",
  },
};

interface Sabotage {
  readonly first?: string;
  /** Before which change of which table. */
  readonly before: string;
  /** The body of the trigger. */
  readonly does: string;
}

/** Breaks it, lets `act` happen, and takes the trigger away again. */
async function sabotaged(
  databaseUrl: string,
  { first = "SELECT 1", before, does }: Sabotage,
  act: () => Promise<void>,
): Promise<void> {
  const table = before.split(" ").at(-1)!;
  await ask(
    databaseUrl,
    `${first};
     CREATE FUNCTION fleet_sabotage() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${does} END $$;
     CREATE TRIGGER fleet_sabotage BEFORE ${before} FOR EACH ROW EXECUTE FUNCTION fleet_sabotage()`,
  );
  try {
    await act();
  } finally {
    await ask(
      databaseUrl,
      `DROP TRIGGER fleet_sabotage ON ${table}; DROP FUNCTION fleet_sabotage()`,
    );
  }
}
