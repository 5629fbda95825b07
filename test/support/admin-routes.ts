import path from "node:path";
import type { FastifyInstance } from "fastify";
import { createAdmin } from "../../src/proxy/admin/admin.ts";
import { openTokenStore, type TokenStore } from "../../src/proxy/admin/token-file.ts";
import { takeIn } from "../../src/proxy/ingest.ts";
import { writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { createBodyOpener } from "../../src/proxy/open-body.ts";
import { createRedrive } from "../../src/proxy/redrive.ts";
import { EXAMPLE_BOOK } from "./config-book.ts";
import { KEYS } from "./keys.ts";
import type { aListener } from "./listener.ts";
import { aFolder } from "./store-files.ts";

/** The token of the admin listener below. */
export const ADMIN_TOKEN = "a-token-for-this-test";

/** The admin listener of the same proxy, without a socket; withdrawals and backups go nowhere. */
export function anAdminOf({
  store,
  clock,
  desk,
  namedTokens,
}: Pick<Awaited<ReturnType<typeof aListener>>, "store" | "clock" | "desk"> & {
  readonly namedTokens?: TokenStore;
}): FastifyInstance {
  const folder = aFolder();
  const keysFile = path.join(folder, "keys.json");
  writeKeysFile(keysFile, KEYS);
  const openBody = createBodyOpener(() => KEYS);
  return createAdmin({
    store,
    clock,
    book: EXAMPLE_BOOK,
    keys: { store, clock, keysFile, storageKid: KEYS.storage[0]!.kid },
    imports: {
      takeIn: (given) => takeIn({ store, clock, openBody, judge: EXAMPLE_BOOK.judge }, given),
      registry: desk.registry,
      clock,
      onStored: () => undefined,
    },
    devices: { ...desk, store, clock },
    onReleased: () => undefined,
    onResumed: () => undefined,
    redrive: createRedrive({ store, clock, onOwed: () => undefined }),
    token: ADMIN_TOKEN,
    namedTokens: namedTokens ?? openTokenStore(folder),
    privacy: {
      apply: async (act) => ({ v: 1, act, atMs: 1, clearing: [] }),
      applyAgain: async () => undefined,
      settleLog: async () => undefined,
    },
    backup: async () => "/backups/one",
    figures: () => store.figures(clock.wallMs(), 0),
    allowed: 1_000,
    ledgerMs: () => 0,
    metrics: async () => "",
    isLoopbackOnly: true,
  });
}

export interface Route {
  readonly method: string;
  /** Parameters filled in. */
  readonly path: string;
}

const AN_ID = "00000000-0000-4000-8000-000000000001";

/**
 * Every route that the admin listener mounts, as it tells itself; with an id in place of each parameter,
 * or the parameter as it is where `":"` is asked for.
 */
export async function adminRoutes(
  admin: FastifyInstance,
  parameters: ":" | "filled" = "filled",
): Promise<readonly Route[]> {
  await admin.ready();
  const above: string[] = [];
  return admin
    .printRoutes({ commonPrefix: false })
    .split("\n")
    .flatMap((line) => {
      const [, indent, address, methods] = /^([│ ]*)[├└]── (\S+) \(([^)]+)\)/.exec(line) ?? [];
      if (indent === undefined || address === undefined || methods === undefined) return [];
      above.length = indent.length / 4;
      above.push(address);
      const path = above.join("");
      const filled = parameters === ":" ? path : path.replaceAll(/:\w+/g, AN_ID);
      return methods.split(", ").map((method) => ({ method, path: filled }));
    });
}
