import path from "node:path";
import { onTestFinished } from "vitest";
import { READ_BACK } from "../../src/proxy/read-back/look-plan.ts";
import { createReadBack } from "../../src/proxy/read-back/read-back.ts";
import type { Suppression } from "../../src/proxy/store/store.ts";
import type { BulkPace } from "../../src/proxy/target/bulk/bulk-pace.ts";
import { createTargetConnection } from "../../src/proxy/target/target-connection.ts";
import { createVault } from "../../src/proxy/vault/vault.ts";
import { cardIds } from "../../src/proxy/visitor-ids/visitor-ids.ts";
import { sleepOn } from "./bulk-target.ts";
import { aForwardingWorld, aMember } from "./forwarding-world.ts";
import { KEYS } from "./keys.ts";
import { MINUTE } from "./store-builders.ts";
import { aFolder } from "./store-files.ts";

const HOUR = 60 * MINUTE;

/** Before the `turn`th call to Target's bulk API. */
export type BeforeCall = (turn: number) => Promise<void> | void;

/**
 * A forwarder, looks and what a lane of bulk files needs, between a real store and an emulator on a real
 * socket; one clock. `folder` is the lane's.
 */
export async function aBulkLaneWorld(folderName: string) {
  const timing = { ...READ_BACK, share: 0 };
  const vault = createVault(KEYS);
  const world = await aForwardingWorld({ readBack: timing });
  const { store, target, clock, forwarder, emulator } = world;
  const readBack = createReadBack({
    store,
    target,
    visitorIds: cardIds,
    clock,
    random: () => 0.5,
    timing,
    dailyFetches: 500_000,
    onOwed: () => undefined,
  });
  const address = emulator.app.server.address();
  if (address === null || typeof address === "string") throw new Error("The emulator is not on.");
  const connection = createTargetConnection({
    origin: `http://127.0.0.1:${address.port}`,
    client: "demo",
  });
  onTestFinished(() => connection.close());
  const folder = path.join(aFolder(), folderName);

  const pass = async (forMs: number) => {
    clock.advance(forMs);
    await forwarder.runOnce();
    // The budget fills while nobody looks.
    clock.advance(MINUTE);
    await readBack.runOnce();
    await forwarder.runOnce();
  };
  const figures = () => store.figures(clock.wallMs(), 0);
  return {
    ...world,
    vault,
    timing,
    folder,
    pass,
    hours: async (count: number) => {
      for (let hour = 0; hour < count; hour += 1) await pass(HOUR);
    },
    figures,
    shares: async () => (await figures()).scans,
    /** Single calls about a card. */
    updates: (card: string) =>
      emulator.calls().filter(({ visitor }) => visitor?.value === card).length,
    /** How a lane writes and sends its files. */
    bulk: (beforeCall: BeforeCall = () => undefined) => ({
      connection,
      connectTo: () => {
        throw new Error("no other host is to be asked");
      },
      vault,
      folder,
      pace: paceOf(beforeCall, clock.advance),
      sleep: sleepOn(clock),
      random: () => 0.5,
    }),
    withdraw: (card: string, act: Suppression["act"] = "withdraw") =>
      store.suppress({
        act,
        visitorKey: vault.hashOf(aMember(card)),
        visitor: aMember(card),
        atMs: clock.wallMs(),
        nowMs: clock.wallMs(),
        cleared: { "*": "-" },
      }),
  };
}

/** Nobody waits for a turn. */
function paceOf(beforeCall: BeforeCall, holdBack: BulkPace["holdBack"]): BulkPace {
  let turns = 0;
  return {
    turn: async (signal) => {
      turns += 1;
      await beforeCall(turns);
      signal?.throwIfAborted();
    },
    holdBack,
  };
}
