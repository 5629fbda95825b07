import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { NewPairingAnswer, PAIRINGS_PATH } from "../../../src/contract/admin.ts";
import { createEmulator, type Emulator } from "../../../src/emulator/target-emulator.ts";
import { writeKeysFile } from "../../../src/proxy/keys/keys-file.ts";
import { listen } from "../../../src/proxy/listen.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { memberCards } from "../../support/cards.ts";
import { pairAs } from "../../support/devices.ts";
import { KEYS } from "../../support/keys.ts";
import { ask } from "../../support/postgres.ts";
import { anId } from "../../support/store-builders.ts";
import { pause } from "../../support/wait.ts";
import { createFleetClock, type FleetClock } from "./fleet-clock.ts";
import { createFleetKiosk, type FleetKiosk } from "./fleet-kiosk.ts";
import type { Evidence, JournalledUpdate, SettledValue } from "./fleet-judge.ts";
import { createMember, type FleetMember } from "./fleet-member.ts";
import { recordCalls } from "./target-recorder.ts";

export interface FleetOptions {
  /** Of an empty database. */
  readonly databaseUrl: string;
  readonly members: number;
  readonly kiosks: number;
  readonly cards: number;
  /** Calls in any 24 hours. */
  readonly allowed: number;
  /** Whether kiosks keep what was receipted (rule OB7). */
  readonly keeps?: boolean;
}

/** Proxies on one database, the kiosks before them and the Target behind, all on one clock. */
export interface Fleet {
  readonly clock: FleetClock;
  readonly emulator: Emulator;
  readonly members: readonly FleetMember[];
  readonly kiosks: readonly FleetKiosk[];
  /** Known to Target. */
  readonly cards: readonly string[];
  /** Lets time pass and every proxy look for work again, as its own timers would make it. */
  readonly pass: (ms: number) => Promise<void>;
  /** The same until nothing is owed to Target, by anybody. */
  readonly drain: (stepMs: number) => Promise<void>;
  readonly evidence: () => Promise<Evidence>;
  readonly keysFile: string;
  readonly close: () => Promise<void>;
}

const START_MS = Date.parse("2026-11-23T08:00:00Z");

/**
 * Ours: real milliseconds, longer than a process takes between hearing something and saying the next.
 * Where a machine is busier than that, time passes in the middle of its work, as it does for a process
 * that is held up.
 */
const QUIET_MS = 12;

/** Ours: real milliseconds Target takes for anything, so that calls can be broken off in the middle. */
const CALL_TAKES_MS = 8;

/** Source: `src/proxy/forwarder.ts`: shortest time between two calls for one visitor. */
const SPACING_MS = 10_000;

/** Ours: with everything held back by the allowance it may take some days. */
const MAX_DRAIN_MS = 12 * 86_400_000;

export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const { databaseUrl, allowed } = options;
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-fleet-keys-"));
  const keysFile = path.join(folder, "keys.json");
  writeKeysFile(keysFile, KEYS);
  const members: FleetMember[] = [];
  let sending = 0;
  const isIdle = () =>
    sending === 0 &&
    recorder.open() <= clock.sleepers() &&
    members.every(({ database, target }) =>
      [database, target].every((line) => line.quietMs() >= QUIET_MS && !line.isHolding()),
    );
  const clock = createFleetClock(START_MS, isIdle);
  const during = async <T>(work: Promise<T>): Promise<T> => {
    sending += 1;
    try {
      return await work;
    } finally {
      sending -= 1;
    }
  };

  const [wakingCard, ...cards] = memberCards(options.cards + 1, 700_000);
  const emulator = createEmulator({
    clock,
    visitors: [wakingCard!, ...cards].map((value) => ({ kind: "member", value })),
    propagation: { minMs: 0, maxMs: 0 },
    switches: { lifetimeDays: 90 },
    sleep: clock.sleep,
  });
  const recorder = recordCalls(emulator.app, clock.wallMs);
  emulator.app.addHook("onRequest", () => pause(CALL_TAKES_MS));
  const targetUrl = await listen(emulator.app, "127.0.0.1", 0, { host: "HOST", port: "PORT" });
  const targetPort = Number(new URL(targetUrl).port);
  for (let count = 0; count < options.members; count += 1) {
    members.push(await createMember({ databaseUrl, targetPort, keysFile, allowed, clock }));
  }

  const kiosks: FleetKiosk[] = [];
  const first = members[0]!;
  const newKiosk = async (name: string) => {
    const stand = { storeId: "store-1", kioskId: name, name };
    const { code } = NewPairingAnswer.parse(await first.admin(PAIRINGS_PATH, stand));
    const toFirst = (address: string, init: RequestInit) => fetch(first.kioskUrl() + address, init);
    const identity = await during(pairAs(code, toFirst, clock));
    const keeps = options.keeps ?? false;
    // The same in every fleet, since it decides between scans of one moment.
    const epoch = anId(0xf_0000 + kiosks.length);
    return createFleetKiosk({ identity, name, epoch, clock, keeps, during });
  };
  await first.start();
  await noteSettlements(databaseUrl);
  for (let count = 0; count < options.kiosks; count += 1) kiosks.push(await newKiosk(`k${count}`));
  /** What it repeats changes nothing and makes a proxy look for work. */
  const waking = await newKiosk("waking");
  waking.scan(wakingCard!, "lastKiosk");
  await waking.sendTo(first.kioskUrl());
  // Only now: they know every kiosk from their start.
  await Promise.all(members.slice(1).map((member) => member.start()));

  const wake = async () => {
    const up = members.filter((member) => member.isUp());
    await Promise.all(up.map((member) => waking.repeatTo(member.kioskUrl())));
    await clock.idle();
  };
  const pass = async (ms: number) => {
    await clock.advance(ms);
    await wake();
  };

  return {
    clock,
    emulator,
    members,
    kiosks,
    cards,
    keysFile,
    pass,
    drain: async (stepMs) => {
      const untilMs = clock.wallMs() + MAX_DRAIN_MS;
      while ((await owedToTarget(databaseUrl)) > 0) {
        if (clock.wallMs() > untilMs) throw new Error("Something is owed to Target for ever.");
        await pass(stepMs);
      }
    },
    evidence: async () => {
      const profileOf = (value: string) => {
        const profile = emulator.profile({ kind: "member", value });
        const attributes = [...(profile?.attributes ?? [])];
        return Object.fromEntries(attributes.map(([name, each]) => [name, each.value]));
      };
      return {
        acknowledged: [...kiosks, waking].flatMap((kiosk) => kiosk.acknowledged()),
        journal: await journalOf(databaseUrl),
        profileOf,
        calls: recorder.calls(),
        arrivedMs: emulator.calls().map(({ atMs }) => atMs),
        settled: await settledIn(databaseUrl, [wakingCard!, ...cards]),
        allowed,
        spacingMs: SPACING_MS,
      };
    },
    close: async () => {
      await Promise.all(members.map((member) => member.close()));
      await emulator.app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * From now on the database itself writes down what it learns that Target has acknowledged, in the very
 * transaction: whatever is sent again before that, rule FW1 allows for.
 */
export async function noteSettlements(databaseUrl: string): Promise<void> {
  await ask(
    databaseUrl,
    `CREATE TABLE fleet_settled
       (visitor TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, at_ms FLOAT8 NOT NULL);
     CREATE FUNCTION fleet_note_settled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO fleet_settled
         SELECT visitor, name, claimed_value, extract(epoch FROM clock_timestamp()) * 1000
         FROM attribute WHERE visitor = NEW.visitor AND claimed_value IS NOT NULL;
       RETURN NULL;
     END $$;
     CREATE TRIGGER fleet_settled AFTER UPDATE ON visitor FOR EACH ROW
       WHEN (NEW.acked_version > OLD.acked_version) EXECUTE FUNCTION fleet_note_settled()`,
  );
}

async function settledIn(
  databaseUrl: string,
  cards: readonly string[],
): Promise<readonly SettledValue[]> {
  const vault = createVault(KEYS);
  const cardOf = new Map(cards.map((value) => [vault.hashOf({ kind: "member", value }), value]));
  const rows = await ask(databaseUrl, "SELECT visitor, name, value, at_ms FROM fleet_settled");
  return rows.map((row) => ({
    visitor: cardOf.get(String(row["visitor"])) ?? "",
    name: String(row["name"]),
    value: String(row["value"]),
    atRealMs: Number(row["at_ms"]),
  }));
}

async function journalOf(databaseUrl: string): Promise<readonly JournalledUpdate[]> {
  const rows = await ask(databaseUrl, "SELECT id, effective_ms FROM journal");
  return rows.map((row) => ({
    id: String(row["id"]),
    effectiveMs: Number(row["effective_ms"]),
  }));
}

async function owedToTarget(databaseUrl: string): Promise<number> {
  const rows = await ask(
    databaseUrl,
    "SELECT count(*) AS n FROM visitor WHERE state = 'waiting' OR acked_version < version",
  );
  return Number(rows[0]!["n"]);
}
