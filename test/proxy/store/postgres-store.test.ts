import { afterAll, beforeAll, onTestFinished } from "vitest";
import { openPostgresStore } from "../../../src/proxy/store/postgres-store.ts";
import { KEYS } from "../../support/keys.ts";
import { startPostgres, type TestServer } from "../../support/postgres.ts";
import { describeStore } from "./store-conformance.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

describeStore("PostgreSQL store", async () => {
  const store = await openPostgresStore({
    url: await server.newDatabase(),
    keys: KEYS,
    warn: (sentence) => {
      throw new Error(sentence);
    },
  });
  onTestFinished(() => store.close());
  return store;
});
