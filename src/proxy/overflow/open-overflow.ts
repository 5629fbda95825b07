import { rm } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "../../domain/clock.ts";
import type { BulkLane } from "../bulk-lane.ts";
import { OVERFLOW_FOLDER } from "../data-dir.ts";
import { createFetchBudget } from "../read-back/fetch-budget.ts";
import type { ReadBackTiming } from "../read-back/look-plan.ts";
import type { Settings } from "../settings.ts";
import type { Store } from "../store/store.ts";
import { sleepFor, type BulkPace } from "../target/bulk/bulk-pace.ts";
import type { TargetClient } from "../target/target-client.ts";
import { createTargetConnection, type ConnectionOptions } from "../target/target-connection.ts";
import type { Vault } from "../vault/vault.ts";
import type { VisitorIds } from "../visitor-ids/visitor-ids.ts";
import { createOverflowLane, endFiled, type OverflowLaneOptions } from "./overflow-lane.ts";
import { drainMs, overflowTiming } from "./overflow-plan.ts";

export interface OpenOverflowOptions {
  readonly settings: Pick<Settings, "overflow" | "dataDir" | "maxValueLength" | "dailyCalls">;
  readonly connectTo: Pick<ConnectionOptions, "origin" | "client" | "tokens">;
  readonly target: Pick<TargetClient, "fetchProfile">;
  readonly store: Store;
  readonly vault: Vault;
  readonly visitorIds: VisitorIds;
  readonly clock: Clock;
  readonly names: readonly string[];
  readonly readBack: ReadBackTiming;
  /** The account's bulk calls. */
  readonly pace: BulkPace;
  /** Visitors that owe Target something. */
  readonly visitorsWaiting: () => Promise<number>;
  readonly onOwed: () => void;
  readonly log: NonNullable<OverflowLaneOptions["log"]>;
}

/**
 * The lane, where it is switched on. Where it is not, files an earlier process had not sent are deleted,
 * since nobody wants them sent any more and they hold ids; the looks find what they would have said.
 */
export async function openOverflow(
  options: OpenOverflowOptions,
): Promise<(BulkLane & { readonly close: () => Promise<void> }) | undefined> {
  const { settings, connectTo, clock } = options;
  const folder = path.join(settings.dataDir, OVERFLOW_FOLDER);
  const { overflow } = settings;
  if (overflow === undefined) {
    await rm(folder, { recursive: true, force: true });
    await endFiled(options.store, { isTaken: true, atMs: clock.wallMs() });
    return undefined;
  }
  const connection = createTargetConnection(connectTo);
  const lane = createOverflowLane({
    ...options,
    bulk: {
      connection,
      connectTo: (origin) => createTargetConnection({ ...connectTo, origin }),
      vault: options.vault,
      folder,
      pace: options.pace,
      sleep: sleepFor,
      maxValueLength: settings.maxValueLength,
    },
    fetches: createFetchBudget(overflow.dailyFetches, clock.monoMs()),
    drainMs: async () => drainMs(await options.visitorsWaiting(), settings.dailyCalls),
    timing: overflowTiming(overflow.afterMs, options.readBack),
  });
  return {
    ...lane,
    sealAnew: async () => {
      try {
        await lane.sealAnew();
      } catch (error) {
        // Nothing there can be sent either: each round says what is wrong, and the rest goes on.
        const name = error instanceof Error ? error.name : "unknown";
        options.log.warn(
          { error: name },
          "What lies in the folder of overflow could not be sealed",
        );
      }
    },
    close: async () => {
      await lane.stop();
      await connection.close();
    },
  };
}
