import { describe, expect, it } from "vitest";
import { postgresTx } from "../../../src/proxy/store/postgres-tx.ts";
import { allAmong, together, type Tx } from "../../../src/proxy/store/sql.ts";

describe("what a script asks together", () => {
  it("[PG5] ends when all of it has, with what went wrong first", async () => {
    const [slow, quick] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
    const timeline: string[] = [];
    const all = together([slow.promise, quick.promise]).then(
      () => timeline.push("done"),
      (error: Error) => timeline.push(error.message),
    );
    quick.reject(new Error("the cause"));
    await quick.promise.catch(() => timeline.push("quick ended"));
    // Nothing of it may reach the database once the transaction is given up.
    timeline.push("slow ended");
    slow.reject(new Error("what came of it"));
    await all;
    expect(timeline).toEqual(["quick ended", "slow ended", "the cause"]);
  });

  it("gives the results in the order asked for", async () => {
    const works = [30, 10, 20].map(async (turns) => {
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      return turns;
    });
    expect(await together(works)).toEqual([30, 10, 20]);
    expect(await together([])).toEqual([]);
  });

  it("asks about many keys in statements of one text", async () => {
    const asked: { readonly sql: string; readonly keys: readonly unknown[] }[] = [];
    const tx = {
      all: async (sql, keys) => {
        asked.push({ sql, keys });
        return keys.filter((key) => key !== "") as never[];
      },
    } satisfies Pick<Tx, "all">;
    const keys = Array.from({ length: 120 }, (_, index) => `key-${index}`);
    const rows = await allAmong(tx as unknown as Tx, (among) => `SELECT ${among}`, keys);
    expect(rows).toEqual(keys);
    expect(asked.map(({ keys }) => keys.length)).toEqual([50, 50, 50]);
    expect(new Set(asked.map(({ sql }) => sql)).size).toBe(1);
  });

  it("[PG5] reaches PostgreSQL only while its transaction is open", async () => {
    const sent: string[] = [];
    let isOpen = true;
    const client = { query: async ({ text }: { text: string }) => (sent.push(text), { rows: [] }) };
    const tx = postgresTx(client as never, () => isOpen);
    await tx.all("SELECT 1", []);
    isOpen = false;
    await expect(tx.run("UPDATE visitor SET version = 1", [])).rejects.toThrow("had ended");
    expect(sent).toEqual(["SELECT 1"]);
  });
});
