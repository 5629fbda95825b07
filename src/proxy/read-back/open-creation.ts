import { rm } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "../../domain/clock.ts";
import { CREATION_FOLDER } from "../data-dir.ts";
import type { Settings } from "../settings.ts";
import type { ReadBackStore } from "../store/read-back-store.ts";
import type { BulkPace } from "../target/bulk/bulk-pace.ts";
import { createTargetConnection, type ConnectionOptions } from "../target/target-connection.ts";
import type { Vault } from "../vault/vault.ts";
import type { VisitorIds } from "../visitor-ids/visitor-ids.ts";
import type { BulkLane } from "../bulk-lane.ts";
import { createCreationLane, type CreationLaneOptions } from "./creation-lane.ts";
import { creationTiming } from "./creation-plan.ts";
import type { ReadBackTiming } from "./look-plan.ts";

export interface OpenCreationOptions {
  readonly settings: Pick<Settings, "unknownVisitors" | "dataDir" | "maxValueLength">;
  readonly target: Pick<ConnectionOptions, "origin" | "client" | "tokens">;
  readonly store: ReadBackStore;
  readonly vault: Vault;
  readonly visitorIds: VisitorIds;
  readonly clock: Clock;
  readonly names: readonly string[];
  readonly readBack: ReadBackTiming;
  /** The account's bulk calls. */
  readonly pace: BulkPace;
  readonly log: NonNullable<CreationLaneOptions["log"]>;
}

/**
 * The lane, where it is switched on. Where it is not, nothing of it is left: what an earlier process
 * had not sent is deleted, since nobody wants it sent any more and it holds ids.
 */
export async function openCreation(
  options: OpenCreationOptions,
): Promise<(BulkLane & { readonly close: () => Promise<void> }) | undefined> {
  const { settings, target, log } = options;
  const folder = path.join(settings.dataDir, CREATION_FOLDER);
  if (settings.unknownVisitors === "wait") {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
  const connection = createTargetConnection(target);
  const lane = createCreationLane({
    ...options,
    bulk: {
      connection,
      connectTo: (origin) => createTargetConnection({ ...target, origin }),
      vault: options.vault,
      folder,
      pace: options.pace,
      maxValueLength: settings.maxValueLength,
    },
    timing: creationTiming(options.readBack),
  });
  return {
    ...lane,
    sealAnew: async () => {
      try {
        await lane.sealAnew();
      } catch (error) {
        // Nothing there can be sent either: each round says what is wrong, and the rest goes on.
        const name = error instanceof Error ? error.name : "unknown";
        log.warn({ error: name }, "What lies in the folder of creation could not be sealed anew");
      }
    },
    close: async () => {
      await lane.stop();
      await connection.close();
    },
  };
}
