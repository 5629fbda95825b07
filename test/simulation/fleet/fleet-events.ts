import { pick } from "../../support/seeded.ts";
import { ask, type TestServer } from "../../support/postgres.ts";
import type { Fleet } from "./fleet.ts";
import type { FleetMember } from "./fleet-member.ts";

/** What befalls a fleet, and how it is mended; the clock stands still in between. */
export interface FleetWorld {
  readonly fleet: Fleet;
  readonly server: TestServer;
  readonly databaseUrl: string;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
}

type Event = (world: FleetWorld) => Promise<() => Promise<void> | void>;

const isMended = () => undefined;

/** A simple query of PostgreSQL's protocol: its length and its text. Source: manual, message formats. */
const COMMIT = Buffer.from("Q\0\0\0\x0bCOMMIT\0", "latin1");

export const FLEET_EVENTS = {
  "proxy killed": async (world) => {
    const member = anyMember(world);
    await member.kill("SIGKILL");
    return member.start;
  },
  "proxy stopped": async (world) => {
    const member = anyMember(world);
    const { code } = await member.kill("SIGTERM");
    if (code !== 0) throw new Error(`A proxy that was stopped ended with ${code}.`);
    return member.start;
  },
  "two proxies killed": async (world) => {
    const [, ...others] = world.fleet.members;
    await Promise.all(others.map((member) => member.kill("SIGKILL")));
    return async () => void (await Promise.all(others.map((member) => member.start())));
  },
  "database restarted": async ({ server }) => {
    await server.kill("fast");
    return server.start;
  },
  "database crashed": async ({ server }) => {
    await server.kill("immediate");
    return server.start;
  },
  "back ends terminated": async ({ databaseUrl }) => {
    await ask(
      databaseUrl,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE pid <> pg_backend_pid() AND application_name = 'tarjeta'`,
    );
    return isMended;
  },
  "cut from the database": async (world) => {
    anyMember(world).database.cut();
    return isMended;
  },
  "commits lost": async ({ fleet }) => {
    for (const { database } of fleet.members) database.breakOn(COMMIT, "question", 2);
    return isMended;
  },
  "answers to commits lost": async ({ fleet }) => {
    for (const { database } of fleet.members) database.breakOn(COMMIT, "answer", 2);
    return isMended;
  },
  "cut from Target": async (world) => {
    anyMember(world).target.cut();
    return isMended;
  },
  "answers of Target held to the timeout": async (world) => {
    const { target } = anyMember(world);
    target.stall();
    return async () => {
      await world.fleet.clock.idle(); // Whoever waited has given up.
      target.pass();
    };
  },
  "answers of Target lost": async ({ fleet }) => {
    fleet.emulator.inject({ type: "lost-reply", times: 3 });
    return fleet.emulator.clearFaults;
  },
  "calls late, and one who made them killed": async (world) => {
    const { fleet } = world;
    // The most a call may take: Target is the slower the longer it is waited for.
    fleet.emulator.inject({ type: "late-arrival", delayMs: 9_000, times: 4 });
    const member = anyMember(world);
    await member.kill("SIGKILL");
    return async () => {
      fleet.emulator.clearFaults();
      await member.start();
    };
  },
} as const satisfies Readonly<Record<string, Event>>;

export type FleetEventName = keyof typeof FLEET_EVENTS;

function anyMember({ fleet, random }: FleetWorld): FleetMember {
  return pick(fleet.members, random);
}
