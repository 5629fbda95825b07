import { EXAMPLE_BOOK } from "./config-book.ts";
import type { FastifyServerOptions } from "fastify";
import { onTestFinished } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { createApp, type AppDeps } from "../../src/proxy/app.ts";
import { createFloodLimit } from "../../src/proxy/flood-limit.ts";
import { createIngest, type Ingest } from "../../src/proxy/ingest.ts";
import { publicKeyOf } from "../../src/proxy/keys/keys.ts";
import { listen } from "../../src/proxy/listen.ts";
import { createBodyOpener } from "../../src/proxy/open-body.ts";
import { aPairingDesk } from "./devices.ts";
import { KEYS } from "./keys.ts";
import { aMovableClock } from "./movable-clock.ts";
import { aMemoryStore } from "./store-files.ts";

/** The kiosk listener on a real socket, over a real store in memory. */
export async function aListener(
  options: FastifyServerOptions = {},
  pairing: Parameters<typeof aPairingDesk>[2] = {},
  around: (ingest: Ingest) => Ingest = (ingest) => ingest,
  changes: Partial<AppDeps> = {},
) {
  const store = await aMemoryStore();
  const clock = aMovableClock(Date.now());
  const desk = await aPairingDesk(store, clock, pairing);
  const app = await createApp(
    {
      store,
      clock,
      ...desk,
      flood: createFloodLimit(clock),
      configFor: () => EXAMPLE_CONFIG,
      sealingKey: () => publicKeyOf(KEYS),
      ingest: around(
        createIngest({
          store,
          clock,
          openBody: createBodyOpener(() => KEYS),
          judge: EXAMPLE_BOOK.judge,
        }),
      ),
      onStored: () => undefined,
      isAccepting: () => true,
      ...changes,
    },
    options,
  );
  const url = await listen(app, "127.0.0.1", 0, { host: "HOST", port: "PORT" });
  onTestFinished(() => app.close());
  return { url, kioskUrl: url, pairingCode: desk.pairingCode, desk, store, clock, app };
}
