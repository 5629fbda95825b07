import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { VisitorId } from "../../../../src/domain/visitor-id.ts";
import {
  createEmulator,
  DEMO_CLIENT,
  type EmulatorOptions,
} from "../../../../src/emulator/target-emulator.ts";
import type { BulkState } from "../../../../src/proxy/target/bulk/bulk-row.ts";
import {
  createBulkWriter,
  type BulkRun,
  type BulkWriterDeps,
} from "../../../../src/proxy/target/bulk/bulk-writer.ts";
import {
  createTargetConnection,
  type TargetConnection,
} from "../../../../src/proxy/target/target-connection.ts";
import { createVault } from "../../../../src/proxy/vault/vault.ts";
import { sleepOn } from "../../../support/bulk-target.ts";
import { KEYS } from "../../../support/keys.ts";
import { aMovableClock } from "../../../support/movable-clock.ts";
import { aFolder } from "../../../support/store-files.ts";

const HOUR_MS = 3_600_000;

/** The emulator on a real socket and a writer, on one clock; all time passes at once. */
async function aBulkSystem(
  options: Partial<EmulatorOptions> = {},
  more: Partial<BulkWriterDeps> = {},
) {
  const clock = aMovableClock();
  const emulator = createEmulator({
    clock,
    propagation: { minMs: 0, maxMs: 0 },
    random: () => 0.5,
    ...options,
  });
  const origin = await emulator.app.listen({ host: "127.0.0.1", port: 0 });
  const connection = createTargetConnection({ origin, client: DEMO_CLIENT, token: options.token });
  onTestFinished(async () => {
    await connection.close();
    await emulator.app.close();
  });
  const deps: BulkWriterDeps = {
    connection,
    connectTo: () => {
      throw new Error("no other host is to be asked");
    },
    vault: createVault(KEYS),
    folder: aFolder(),
    clock,
    sleep: sleepOn(clock),
    random: () => 0.5,
    ...more,
  };
  const attributesOf = (visitor: VisitorId) => {
    const profile = emulator.profile(visitor);
    if (profile === undefined) return undefined;
    return new Map([...profile.attributes].map(([name, { value }]) => [name, value]));
  };
  return { emulator, clock, deps, writer: createBulkWriter(deps), attributesOf };
}

const member = (value: string): VisitorId => ({ kind: "member", value });

const aRun = (states: readonly BulkState[], more: Partial<BulkRun> = {}): BulkRun => ({
  kind: "member",
  names: ["a", "b", "c"],
  states,
  ...more,
});

const aState = (id: string, attributes: Readonly<Record<string, string>>): BulkState => ({
  id,
  attributes: new Map(Object.entries(attributes)),
});

const SOME = Array.from({ length: 20 }, (_, n) => aState(`29000000${n}`, { a: `${n}`, b: "x" }));

const value = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 64 }),
  fc.constantFrom(
    "a+b c&d%e=f",
    "%2B",
    "👩‍👩‍👧 e\u0301",
    "مرحبا \u202Eabc",
    "\u0000\r\n",
    "\uFEFFx",
    ",",
  ),
);

const states = fc
  .uniqueArray(
    fc.record({
      id: fc.stringMatching(/^[!-*,\-.0-~]{1,20}$/),
      a: fc.option(value, { nil: undefined }),
      b: fc.option(value, { nil: undefined }),
      c: value,
    }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 30 },
  )
  .map((drawn) =>
    drawn.map(({ id, ...attributes }): BulkState => ({
      id,
      attributes: new Map(
        Object.entries(attributes).filter(
          (each): each is [string, string] => each[1] !== undefined,
        ),
      ),
    })),
  );

describe("[BU1] a bulk run against the emulator", () => {
  it("leaves every profile as the states say, whatever they say, in however many files", async () => {
    await fc.assert(
      fc.asyncProperty(states, fc.integer({ min: 1, max: 30 }), async (states, rows) => {
        const { writer, attributesOf } = await aBulkSystem({}, { limits: { bytes: 9_000, rows } });
        const report = await writer.run(aRun(states));
        expect(report.notExpressible.count).toBe(0);
        expect(report.batches.every(({ needsReadBack }) => !needsReadBack)).toBe(true);
        for (const { id, attributes } of states) {
          expect(attributesOf(member(id))).toEqual(new Map(attributes));
        }
      }),
      { numRuns: 40 },
    );
  });

  it("updates a browser by v1, and creates nobody", async () => {
    const { emulator, writer, attributesOf } = await aBulkSystem();
    const known: VisitorId = { kind: "browser", value: "1368007744041-575948.28_20" };
    const unknown: VisitorId = { kind: "browser", value: "1368007744041-000000.28_20" };
    const report = await writer.run(
      aRun([aState(known.value, { a: "1" }), aState(unknown.value, { a: "1" })], {
        kind: "browser",
      }),
    );
    expect(emulator.batches()).toMatchObject([{ version: 1, key: "pcId" }]);
    expect(attributesOf(known)?.get("a")).toBe("1");
    expect(attributesOf(unknown)).toBeUndefined();
    expect(report.batches).toMatchObject([
      { end: { counts: { successfulUpdates: 1, profilesNotFound: 1 } }, needsReadBack: true },
    ]);
  });

  it("is what the later of two runs says, though consecutive batches override each other", async () => {
    const propagation = { minMs: HOUR_MS, maxMs: HOUR_MS };
    const { clock, writer, attributesOf } = await aBulkSystem({ propagation });
    await writer.run(aRun([aState("7", { a: "old", b: "kept" })]));
    await writer.run(aRun([aState("7", { a: "new", b: "kept" })]));
    expect(attributesOf(member("7"))).toBeUndefined();
    clock.advance(2 * HOUR_MS);
    expect(attributesOf(member("7"))).toEqual(aState("7", { a: "new", b: "kept" }).attributes);
  });
});

describe("a bulk run through the emulator's faults", () => {
  const FAULTS: readonly object[] = [
    { type: "status", status: 503, times: 2, match: { route: "bulk" } },
    { type: "status", status: 500, match: { route: "bulk" } },
    { type: "lost-reply", times: 2, match: { route: "bulk" } },
    { type: "lost-call", match: { route: "bulk" } },
    { type: "half-answer", match: { route: "bulk" } },
    { type: "html", match: { route: "bulk" } },
    { type: "status", status: 503, times: 3, match: { route: "batch-status" } },
    { type: "lost-reply", match: { route: "batch-status" } },
    { type: "lost-call", match: { route: "batch-status" } },
    { type: "half-answer", match: { route: "batch-status" } },
    { type: "html", times: 2, match: { route: "batch-status" } },
  ];

  it.each(FAULTS.map((fault) => [JSON.stringify(fault), fault] as const))(
    "[BU3] comes to its end through %s",
    async (_name, fault) => {
      const { emulator, writer, attributesOf } = await aBulkSystem();
      emulator.inject(fault);
      const report = await writer.run(aRun(SOME));
      expect(report.batches.map(({ end }) => end.type)).toEqual(["complete"]);
      for (const { id, attributes } of SOME) {
        expect(attributesOf(member(id))).toEqual(attributes);
      }
    },
  );

  it("[BU6] splits what the emulator refuses or lets get stuck, and loses no row by it", async () => {
    const { emulator, writer, attributesOf } = await aBulkSystem();
    emulator.inject({
      type: "refused-body",
      message: "Unexpected error in 290000003",
      times: 3,
      match: { route: "bulk" },
    });
    const report = await writer.run(aRun(SOME));
    expect(report.failedRows).toEqual([]);
    expect(report.batches.filter(({ isSplit }) => isSplit)).toHaveLength(3);
    expect(JSON.stringify(report)).not.toContain("290000003");
    for (const { id, attributes } of SOME) expect(attributesOf(member(id))).toEqual(attributes);
  });

  it("[BU6] names every row where every batch gets stuck", async () => {
    const { emulator, writer } = await aBulkSystem();
    emulator.tune({ bulk: { stuckShare: 1 } });
    const report = await writer.run(aRun(SOME.slice(0, 6)));
    expect(report.failedRows.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("[BU8] is never over 50 calls a minute, its looks included", async () => {
    const { emulator, deps } = await aBulkSystem();
    emulator.switch({ bulkStatusCounts: "yes" });
    emulator.tune({ bulk: { processing: "field" } });
    const statuses: number[] = [];
    const connection: TargetConnection = {
      ...deps.connection,
      request: async (request) => {
        const answer = await deps.connection.request(request);
        statuses.push(answer.status);
        return answer;
      },
    };
    const limits = { bytes: 9_000, rows: 1 };
    const states = Array.from({ length: 60 }, (_, n) => aState(`29${n}`, { a: "1" }));
    const report = await createBulkWriter({ ...deps, connection, limits }).run(aRun(states));
    expect(report.batches.every(({ end }) => end.type === "complete")).toBe(true);
    expect(statuses.length).toBeGreaterThan(150);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it("[BU5] has lost track of a batch whose status is kept no longer", async () => {
    const { emulator, clock, deps, writer } = await aBulkSystem();
    emulator.tune({ bulk: { processing: "day" } });
    const leave = new AbortController();
    const run = writer.run(aRun(SOME), {
      signal: leave.signal,
      onProgress: () => {
        if (emulator.batches().length > 0) leave.abort();
      },
    });
    await expect(run).rejects.toThrow(/aborted/);
    clock.advance(25 * HOUR_MS);
    const report = await createBulkWriter(deps).resume();
    expect(report?.batches).toMatchObject([
      { end: { type: "lost-track", reason: "No such batch" }, needsReadBack: true },
    ]);
    expect(emulator.batches()).toHaveLength(1);
  });

  it("[BU3] shows the token where Target asks for one, and waits where it has none", async () => {
    const { writer } = await aBulkSystem({ token: "secret" });
    expect((await writer.run(aRun(SOME))).batches).toMatchObject([{ end: { type: "complete" } }]);

    const { deps, emulator } = await aBulkSystem({ token: "secret" });
    const unauthorized = createTargetConnection({ origin: deps.connection.origin, client: "demo" });
    const leave = new AbortController();
    let asked = 0;
    const impatient: TargetConnection = {
      ...unauthorized,
      request: async (request) => {
        asked += 1;
        if (asked === 3) leave.abort();
        return unauthorized.request(request);
      },
    };
    const lost = createBulkWriter({ ...deps, connection: impatient });
    await expect(lost.run(aRun(SOME), { signal: leave.signal })).rejects.toThrow(/aborted/);
    await unauthorized.close();
    expect(emulator.batches()).toHaveLength(0);
  });
});

describe("[BU4] where the emulator names an edge of Adobe's", () => {
  it("is not followed there by a proxy that is not set up for Adobe", async () => {
    const { emulator, writer } = await aBulkSystem();
    emulator.tune({ bulk: { statusHost: "edge" } });
    expect((await writer.run(aRun(SOME))).batches).toMatchObject([
      { end: { type: "lost-track", reason: "the status is not at our Target" } },
    ]);
  });
});
