import type { FastifyBaseLogger } from "fastify";
import type { DeviceRegistry } from "./registry.ts";

/** Keeps a proxy up to date with whom its neighbours let in or shut out. */
export interface RegistryRefresh {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** Ours: so long a kiosk that one proxy shut out may still be heard by another. */
const EVERY_MS = 2_000;

/** Never rejects: while the database cannot be asked, what was known goes on to hold. */
export function createRegistryRefresh(
  registry: Pick<DeviceRegistry, "refresh">,
  log: FastifyBaseLogger,
): RegistryRefresh {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const next = () => {
    timer = setTimeout(() => {
      running = registry
        .refresh()
        .catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          log.warn({ reason }, "Who may send could not be read anew");
        })
        .then(() => {
          if (timer !== undefined) next();
        });
    }, EVERY_MS);
  };
  return {
    start: next,
    stop: async () => {
      clearTimeout(timer);
      timer = undefined;
      await running;
    },
  };
}
