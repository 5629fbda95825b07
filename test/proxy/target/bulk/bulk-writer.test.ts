import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BulkReport } from "../../../../src/proxy/target/bulk/bulk-report.ts";
import type { BulkState } from "../../../../src/proxy/target/bulk/bulk-row.ts";
import {
  createBulkWriter,
  type BulkRun,
  type BulkWriterDeps,
} from "../../../../src/proxy/target/bulk/bulk-writer.ts";
import { createVault } from "../../../../src/proxy/vault/vault.ts";
import {
  aBulkTarget,
  HANG_UP,
  parseBatch,
  statusAnswer,
  type BulkCall,
  type BulkTarget,
} from "../../../support/bulk-target.ts";
import { KEYS } from "../../../support/keys.ts";
import { aFolder } from "../../../support/store-files.ts";

const vault = createVault(KEYS);

const idOf = (row: number) => `29${String(row).padStart(11, "0")}`;

const aState = (row: number): BulkState => ({
  id: idOf(row),
  attributes: new Map([
    ["lastStore", `store-${row}`],
    ["visitReason", "gift"],
  ]),
});

const aRun = (rows: number, more: Partial<BulkRun> = {}): BulkRun => ({
  kind: "member",
  names: ["lastStore", "visitReason"],
  states: Array.from({ length: rows }, (_, index) => aState(index + 1)),
  ...more,
});

function aWriter(target: BulkTarget, more: Partial<BulkWriterDeps> = {}) {
  const folder = more.folder ?? aFolder();
  const writer = createBulkWriter({
    connection: target.connection,
    connectTo: () => {
      throw new Error("no other host is to be asked");
    },
    vault,
    folder,
    clock: target.clock,
    sleep: target.sleep,
    random: () => 0.5,
    ...more,
  });
  return { ...writer, folder };
}

const hasAny = (rows: ReadonlySet<number>) => (call: BulkCall) =>
  parseBatch(call.body).some(([id]) => rows.has(Number(id.slice(2))));

/** Refuses every batch with one of these rows in it. */
function poison(target: BulkTarget, rows: ReadonlySet<number>, more: Partial<BulkTarget> = {}) {
  const isPoisoned = hasAny(rows);
  target.submit = (call, accept) =>
    isPoisoned(call) ? refusal(`Row ${call.body.slice(-13)} is invalid`) : accept();
  Object.assign(target, more);
}

const refusal = (message: string) => ({
  body: `<response><success>false</success><message>${message}</message></response>`,
});

/** Numbers of the rows that ended somewhere, each batch taken as whole. */
function rowsEnded({ batches }: BulkReport): number {
  return batches.filter(({ isSplit }) => !isSplit).reduce((sum, { rows }) => sum + rows, 0);
}

function expectProfiles(target: BulkTarget, rows: number, except: ReadonlySet<number> = new Set()) {
  const expected = Array.from({ length: rows }, (_, index) => index + 1)
    .filter((row) => !except.has(row))
    .map((row) => [idOf(row), new Map(aState(row).attributes)]);
  expect(new Map(target.profiles)).toEqual(new Map(expected as never));
}

describe("a bulk run", () => {
  it("[BU5] brings every state to Target, and reports each batch to its end", async () => {
    const target = await aBulkTarget();
    const writer = aWriter(target, { limits: { bytes: 50_000, rows: 4 } });
    const seen: string[] = [];
    const report = await writer.run(aRun(10), {
      onProgress: ({ phase, waiting, underWay, ended }) =>
        seen.push(`${phase} ${waiting} ${underWay} ${ended}`),
    });
    expectProfiles(target, 10);
    expect(report).toMatchObject({
      rows: 10,
      files: 3,
      failedRows: [],
      notExpressible: { count: 0, first: [] },
    });
    expect(report.batches.map(({ firstRow, lastRow, rows }) => [firstRow, lastRow, rows])).toEqual([
      [1, 4, 4],
      [5, 8, 4],
      [9, 10, 2],
    ]);
    for (const { end, batchId, needsReadBack } of report.batches) {
      expect(end).toMatchObject({ type: "complete", counts: { failedUpdates: 0 } });
      expect(batchId).toMatch(/^demo-\d+-\d$/);
      expect(needsReadBack).toBe(false);
    }
    expect(seen[0]).toBe("sending 3 0 0");
    expect(seen.at(-1)).toBe("done 0 0 3");
    expect(readdirSync(writer.folder)).toEqual(["journal.json"]);
  });

  it("[BU1] uses v2 for members and v1 for browsers, unless told otherwise", async () => {
    const target = await aBulkTarget();
    const writer = aWriter(target);
    await writer.run(aRun(1));
    await writer.run(aRun(1, { kind: "browser" }));
    await writer.run(aRun(1, { api: "v1" }));
    expect(target.submissions().map(({ url, body }) => [url, body.slice(6, 11)])).toEqual([
      ["/m2/demo/v2/profile/batchUpdate", "third"],
      ["/m2/demo/profile/batchUpdate", "pcId,"],
      ["/m2/demo/profile/batchUpdate", "third"],
    ]);
  });

  it("[BU1] reports by row number what cannot be said in bulk, and sends the rest", async () => {
    const target = await aBulkTarget();
    const told: unknown[] = [];
    const states = [
      aState(1),
      { id: idOf(2), attributes: new Map([["lastStore", ""]]) },
      { id: "a+b", attributes: new Map([["lastStore", "x"]]) },
      aState(4),
    ];
    const report = await aWriter(target).run(
      aRun(0, { states, onLeftOut: (row, why) => void told.push({ row, ...why }) }),
    );
    const first = [
      { row: 2, why: "empty-value", attribute: "lastStore" },
      { row: 3, why: "unusable-id" },
    ];
    expect(report.notExpressible).toEqual({ count: 2, first });
    expect(told).toEqual(first);
    expect(report.batches).toMatchObject([{ firstRow: 1, lastRow: 4, rows: 2 }]);
    expectProfiles(target, 4, new Set([2, 3]));
  });

  it("leaves alone in its folder what it did not make", async () => {
    const target = await aBulkTarget();
    const folder = aFolder();
    for (const name of ["tarjeta.sqlite", "1.rows.txt", "99.rows"]) {
      writeFileSync(path.join(folder, name), "");
    }
    await aWriter(target, { folder }).run(aRun(3));
    expect(readdirSync(folder).toSorted()).toEqual([
      "1.rows.txt",
      "journal.json",
      "tarjeta.sqlite",
    ]);
  });

  it("ends at once where there is nothing to send", async () => {
    const target = await aBulkTarget();
    expect(await aWriter(target).run(aRun(0))).toMatchObject({ rows: 0, files: 0, batches: [] });
    expect(target.calls).toHaveLength(0);
  });

  it("[BU5] says of which batches only a look at profiles tells what became of them", async () => {
    const target = await aBulkTarget();
    const counts = [
      "<successfulUpdates>1</successfulUpdates><profilesNotFound>1</profilesNotFound><failedUpdates>0</failedUpdates>",
      "<successfulUpdates>1</successfulUpdates><profilesNotFound>0</profilesNotFound><failedUpdates>1</failedUpdates>",
      "",
      "<successfulUpdates>2</successfulUpdates>",
    ];
    target.status = (call) => {
      const index = Number(/-(\d+)&/.exec(call.url)![1]) - 1;
      return { body: `<response><status>complete</status>${counts[index]}</response>` };
    };
    const limits = { bytes: 50_000, rows: 2 };
    const report = await aWriter(target, { limits, inFlight: 1 }).run(aRun(8));
    expect(report.batches.map(({ needsReadBack }) => needsReadBack)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it("[BU4] follows at no other host, and says so", async () => {
    const target = await aBulkTarget();
    target.submit = (_call, accept) => ({
      body: accept().body.replace(/http:\/\/[^/]+/, "http://evil.example"),
    });
    const report = await aWriter(target).run(aRun(2));
    expect(report.batches).toMatchObject([
      {
        end: { type: "lost-track", reason: "the status is not at our Target" },
        needsReadBack: true,
      },
    ]);
    expect(target.calls).toHaveLength(1);
  });

  it("[BU3] waits for Target as long as it takes", async () => {
    const target = await aBulkTarget();
    const answers = [
      { status: 503, body: "" },
      { status: 500, body: "" },
      HANG_UP,
      { body: "<html>sign in</html>" },
      { status: 403, body: "Forbidden" },
    ] as const;
    target.submit = (_call, accept) => answers[target.submissions().length - 1] ?? accept();
    const trouble: string[] = [];
    const onTrouble = (reason: string) => void trouble.push(reason);
    const report = await aWriter(target).run(aRun(3), { onTrouble });
    expect(report.batches).toMatchObject([{ end: { type: "complete" } }]);
    expect(trouble).toEqual([
      "status 503",
      "status 500",
      expect.stringMatching(/^connection: [A-Z_]+$/),
      "not an answer of Target",
      "authentication",
    ]);
    const [first, second] = target.submissions();
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(65_000);
    expect(target.submissions()).toHaveLength(6);
    expectProfiles(target, 3);
  });

  it("refuses states it has no column for, and can then be run anew", async () => {
    const target = await aBulkTarget();
    const writer = aWriter(target);
    await expect(writer.run(aRun(2, { names: ["lastStore"] }))).rejects.toThrow(
      /"visitReason" is not among the names/,
    );
    expect(await writer.resume()).toBeUndefined();
    expect((await writer.run(aRun(2))).batches).toHaveLength(1);
    expect(target.submissions()).toHaveLength(1);
  });
});

describe("[BU6] what is refused or stuck", () => {
  it("is split until exactly the rows at fault are left", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 24 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 24 }), { maxLength: 6 }),
        fc.constantFrom("refused" as const, "stuck" as const),
        fc.integer({ min: 1, max: 4 }),
        async (rows, poisoned, how, inFlight) => {
          const target = await aBulkTarget();
          const at = new Set(poisoned.filter((row) => row <= rows));
          if (how === "refused") poison(target, at);
          else makeStuck(target, at);
          const limits = { bytes: 50_000, rows: 10 };
          const report = await aWriter(target, { limits, inFlight }).run(aRun(rows));
          expect(report.failedRows.map(({ row }) => row)).toEqual(
            [...at].toSorted((a, b) => a - b),
          );
          expect(rowsEnded(report)).toBe(rows);
          expectProfiles(target, rows, at);
          expect(JSON.stringify(report)).not.toMatch(/29\d{11}/);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("goes on in halves before other files, and costs 2 calls a level", async () => {
    const target = await aBulkTarget();
    poison(target, new Set([300]));
    const report = await aWriter(target, { inFlight: 1 }).run(aRun(1_024));
    expect(report.failedRows).toEqual([{ row: 300, reason: "Row … is invalid" }]);
    expect(target.submissions()).toHaveLength(1 + 2 * 10);
    expect(report.batches.filter(({ isSplit }) => isSplit)).toHaveLength(10);
  });

  it("does not give up on many wrong rows, as long as others are taken between", async () => {
    const target = await aBulkTarget();
    const wrong = new Set([100, 200, 300, 400, 500]);
    poison(target, wrong);
    const report = await aWriter(target, { inFlight: 1, badInARow: 15 }).run(aRun(512));
    expect(report.failedRows.map(({ row }) => row)).toEqual([...wrong]);
    expectProfiles(target, 512, wrong);
    const refused = report.batches.filter(({ end }) => end.type === "refused");
    expect(refused.length).toBeGreaterThan(30);
  });

  it("may be what breaks off every time, for its size", async () => {
    const target = await aBulkTarget();
    target.submit = (call, accept) => (call.body.length > 1_000_000 ? HANG_UP : accept());
    const states = Array.from({ length: 6_000 }, (_, index) => ({
      ...aState(index + 1),
      attributes: new Map([["lastStore", "x".repeat(256)]]),
    }));
    const report = await aWriter(target).run(aRun(0, { states }));
    expect(report.batches).toMatchObject([
      { end: { type: "refused", reason: "broken off 5 times" }, isSplit: true },
      { end: { type: "complete" }, rows: 3_000 },
      { end: { type: "complete" }, rows: 3_000 },
    ]);
    expect(target.profiles.size).toBe(6_000);
  });

  it("is given up when nothing at all is taken: then it is not the rows", async () => {
    const target = await aBulkTarget();
    target.submit = () => ({ status: 404, body: "" });
    const report = await aWriter(target, { inFlight: 1, badInARow: 20 }).run(aRun(10_000));
    expect(target.submissions()).toHaveLength(20);
    expect(rowsEnded(report)).toBe(10_000);
    expect(report.batches.find(({ end }) => end.type === "given-up")).toMatchObject({
      end: { reason: "too many bad ends before it, last: status 404" },
    });
  });
});

/** Takes every batch, and lets those with one of these rows get stuck without effect. */
function makeStuck(target: BulkTarget, rows: ReadonlySet<number>) {
  const isPoisoned = hasAny(rows);
  const stuck = new Set<string>();
  target.submit = (call, accept) => {
    if (!isPoisoned(call)) return accept();
    const answer = accept();
    stuck.add(/batchId=([^<]+)/.exec(answer.body)![1]!);
    for (const [id] of parseBatch(call.body)) {
      if (rows.has(Number(id.slice(2)))) (target.profiles as Map<string, unknown>).delete(id);
    }
    return answer;
  };
  target.status = (call, complete) => {
    const batchId = new URL(call.url, target.origin).searchParams.get("batchId")!;
    return stuck.has(batchId) ? statusAnswer(batchId, "stuck", 1) : complete();
  };
}

/** Kills tried beside each other: each mostly waits for the disk. */
const AT_ONCE = 8;

describe("[BU7] a run that is killed", () => {
  /** One run of 6 rows in 2 files, two of them wrong; `at` sees every step of it. */
  async function story(target: BulkTarget, folder: string, at: () => void, signal?: AbortSignal) {
    poison(target, new Set([2, 6]));
    const refuse = target.submit;
    target.submit = (call, accept) => {
      at();
      const answer = refuse(call, accept);
      at();
      return answer;
    };
    target.status = (_call, complete) => {
      at();
      return complete();
    };
    const writer = aWriter(target, {
      folder,
      limits: { bytes: 50_000, rows: 3 },
      inFlight: 2,
      vault: {
        ...vault,
        // Called for every journal, when what it tells of is on disk and itself is not.
        seal: (context, text) => {
          at();
          return vault.seal(context, text);
        },
      },
    });
    const states = aRun(6).states as readonly BulkState[];
    const watched = {
      *[Symbol.iterator]() {
        for (const state of states) {
          at();
          yield state;
        }
      },
    };
    const watch = { onProgress: at, ...(signal === undefined ? {} : { signal }) };
    return (await writer.resume(watch)) ?? (await writer.run(aRun(6, { states: watched }), watch));
  }

  it("comes to the same end, wherever it was killed, and keeps nobody's id readable", async () => {
    let steps = 0;
    let killedAt = 0;
    await story(await aBulkTarget(), aFolder(), () => void (steps += 1));
    expect(steps).toBeGreaterThan(50);

    const killAt = async (step: number) => {
      const target = await aBulkTarget();
      const folder = aFolder();
      const left = path.join(aFolder(), "left");
      const kill = new AbortController();
      let passed = 0;
      const at = () => {
        passed += 1;
        if (passed !== step) return;
        // What lies on the disk at this moment is all that is left.
        copyAsItIs(folder, left);
        kill.abort();
      };
      const killed = story(target, folder, at, kill.signal);
      await killed.catch((error: Error) => expect(error.name).toBe("AbortError"));
      // Two batches under way do not always take as many steps.
      if (!existsSync(left)) return;
      killedAt += 1;
      for (const name of readdirSync(left)) {
        expect(statSync(path.join(left, name)).mode & 0o077).toBe(0);
        expect(readFileSync(path.join(left, name), "latin1")).not.toMatch(/290000|store-\d/);
      }
      const report = await story(target, left, () => {});
      expect(report.failedRows.map(({ row }) => row)).toEqual([2, 6]);
      expect(rowsEnded(report)).toBe(6);
      expectProfiles(target, 6, new Set([2, 6]));
      expect(readdirSync(left)).toEqual(["journal.json"]);
    };
    for (let step = 1; step <= steps; step += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => killAt(step + index)));
    }
    expect(killedAt).toBeGreaterThan(0.9 * steps);
  });

  it("had written down that it may have submitted, before it did", async () => {
    const target = await aBulkTarget();
    const folder = aFolder();
    const steps: string[] = [];
    target.submit = (_call, accept) => {
      const journal = JSON.parse(readFileSync(path.join(folder, "journal.json"), "utf8"));
      steps.push(journal.batches[0].step.type);
      return steps.length === 1 ? HANG_UP : accept();
    };
    target.status = (_call, complete) => {
      const journal = JSON.parse(readFileSync(path.join(folder, "journal.json"), "utf8"));
      steps.push(journal.batches[0].step.type);
      return complete();
    };
    await aWriter(target, { folder }).run(aRun(3));
    expect(steps).toEqual(["submitting", "submitting", "accepted"]);
  });

  it("gives the same report again, and asks Target nothing for it", async () => {
    const target = await aBulkTarget();
    const { folder, run } = aWriter(target);
    const report = await run(aRun(3));
    const calls = target.calls.length;
    expect(await aWriter(target, { folder }).resume()).toEqual(report);
    expect(target.calls).toHaveLength(calls);
  });

  it("is resumed, not run over", async () => {
    const target = await aBulkTarget();
    const { folder, run } = aWriter(target);
    const leave = new AbortController();
    target.submit = () => {
      leave.abort();
      return HANG_UP;
    };
    await expect(run(aRun(3), { signal: leave.signal })).rejects.toThrow(/aborted/);
    await expect(aWriter(target, { folder }).run(aRun(1))).rejects.toThrow(
      "A bulk run before this one is not at its end; resume it first.",
    );
    target.submit = (_call, accept) => accept();
    expect((await aWriter(target, { folder }).resume())?.rows).toBe(3);
    expectProfiles(target, 3);
  });

  it("[BU2] is refused by name where its journal is damaged or its key is gone", async () => {
    const target = await aBulkTarget();
    const { folder, run } = aWriter(target);
    await run(aRun(3));
    const journal = path.join(folder, "journal.json");
    const whole = readFileSync(journal, "utf8");
    const resume = (more: Partial<BulkWriterDeps> = {}) =>
      aWriter(target, { folder, ...more }).resume();
    const otherVault = createVault({ ...KEYS, storage: [{ ...KEYS.storage[0]!, kid: "s9" }] });
    await expect(resume({ vault: otherVault })).rejects.toThrow(
      /^journal\.json: is sealed to a key that is gone; empty the bulk folder/,
    );
    for (const text of [
      "",
      "{}",
      whole.slice(0, -9),
      whole.replace(/"key":"s1\../, '"key":"s1.A'),
    ]) {
      writeFileSync(journal, text);
      if (text === whole) continue;
      await expect(resume()).rejects.toThrow(/^journal\.json: is damaged; empty the bulk folder/);
    }
  });
});

/** A file that is renamed in this very moment was not there yet, or is not there any more. */
function copyAsItIs(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    try {
      const { mode } = statSync(path.join(from, name));
      copyFileSync(path.join(from, name), path.join(to, name));
      chmodSync(path.join(to, name), mode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}
