import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { describeOutbox } from "../outbox/outbox-contract.ts";
import type { ChaosServer } from "../support/chaos-server.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { remoteOutbox, serveOutboxPage } from "../support/outbox-browser.ts";
import { waitFor } from "../support/wait.ts";

let server: ChaosServer;
let browser: KioskBrowser;
let tab: Page;

beforeAll(async () => {
  server = await serveOutboxPage();
  browser = await openKioskBrowser();
  tab = browser.page;
});
afterAll(async () => {
  await browser.discard();
  await server.close();
});

const clearStorage = async (storageTypes = "all"): Promise<void> => {
  const devtools = await tab.context().newCDPSession(tab);
  await devtools.send("Storage.clearDataForOrigin", { origin: server.origin, storageTypes });
};
const setQuota = async (quotaSize?: number): Promise<void> => {
  const devtools = await tab.context().newCDPSession(tab);
  const { origin } = server;
  await devtools.send("Storage.overrideQuotaForOrigin", {
    origin,
    ...(quotaSize === undefined ? {} : { quotaSize }),
  });
};
const owedSeqs = (on: Page = tab): Promise<readonly number[]> =>
  on.evaluate(async () => {
    const ask = { nowMs: Date.now(), limit: 500, maxBytes: 1_000_000 };
    return (await page.outbox().peek(ask)).map(({ header }) => header.seq);
  });
const addMany = (count: number, on: Page = tab): Promise<readonly number[]> =>
  on.evaluate(async (count) => {
    const seqs = [];
    for (let each = 0; each < count; each += 1) seqs.push(await page.add());
    return seqs;
  }, count);
const incidents = (): ReturnType<ReturnType<typeof remoteOutbox>["incidents"]> =>
  remoteOutbox(tab).incidents();
/** The message of what it throws, or nothing. */
const failureOf = (work: () => Promise<unknown>): Promise<string | undefined> =>
  work().then(
    () => undefined,
    (error: unknown) => String(error),
  );

/**
 * An empty disk of this size. It is so small before anything is stored: Chromium remembers for half a
 * minute how much room there was, and takes everything in until it looks again.
 */
const beginOnDisk = async (quotaSize?: number): Promise<void> => {
  // Away from the page first: what it still writes while it goes must not outlive the clearing.
  await tab.goto(`${server.origin}/bare`);
  await setQuota(quotaSize);
  await clearStorage();
  await tab.goto(`${server.origin}/`);
};

beforeEach(async () => {
  server.answer({ type: "ok" });
  await beginOnDisk();
});

describe("IndexedDB outbox", () => {
  describeOutbox(async () => remoteOutbox(tab));

  it("[OB1] asks for strict durability wherever something must survive", async () => {
    const asked = await tab.evaluate(async () => {
      const asked: Record<string, string[]> = {};
      await page.add();
      page.durabilities();
      await page.add();
      asked["add"] = page.durabilities();
      await page.outbox().setAside([1], "test");
      asked["setAside"] = page.durabilities();
      const [segment, heldUntil] = ["5e5e5e5e-0000-4000-8000-000000000001.0", 31_000];
      const seq = await page.add("held", { heldUntil });
      page.durabilities();
      await page.outbox().takeBack([seq], () => ({ segment, wallMs: 2_000, monoMs: 2_000 }));
      asked["takeBack"] = page.durabilities();
      await page.kept.put("device", { storeId: "s1" });
      asked["kept"] = page.durabilities();
      return asked;
    });
    expect(asked).toEqual({
      add: ["strict"],
      setAside: ["strict"],
      takeBack: ["strict"],
      kept: ["strict"],
    });
  });

  it("[OB1] resolves an add after its transaction is complete, never before", async () => {
    const order = await tab.evaluate(async () => {
      const order: string[] = [];
      await page.add();
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function watched(...parts) {
        const tx = transaction.apply(this, parts);
        if (tx.mode === "readwrite") tx.addEventListener("complete", () => order.push("complete"));
        return tx;
      };
      await page.add();
      order.push("added");
      return order;
    });
    expect(order).toEqual(["complete", "added"]);
  });

  it("binds a body to the number it was sealed under, also when another tab was quicker", async () => {
    const other = await tab.context().newPage();
    await other.goto(`${server.origin}/`);
    const given = await Promise.all([addMany(20), addMany(20, other)]);
    await other.close();
    expect(given.flat().toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
    const bodies = await tab.evaluate(async () => {
      const ask = { nowMs: Date.now(), limit: 500, maxBytes: 1_000_000 };
      return (await page.outbox().peek(ask)).map(({ header, body }) => [header.seq, body]);
    });
    expect(bodies).toEqual(
      Array.from({ length: 40 }, (_, index) => [index + 1, `sealed as ${index + 1}`]),
    );
    expect(await incidents()).toEqual([]);
  });

  it("keeps numbers, entries and small things through a SIGKILL of the browser", async () => {
    const added = await addMany(20);
    await tab.evaluate(() => page.kept.put("device", { storeId: "s7" }));
    await browser.kill();
    browser = await openKioskBrowser({ profileDir: browser.profileDir });
    tab = browser.page;
    await tab.goto(`${server.origin}/`);
    expect(await owedSeqs()).toEqual(added);
    expect(await addMany(1)).toEqual([21]);
    expect(await tab.evaluate(() => page.kept.get("device"))).toEqual({ storeId: "s7" });
    expect(await incidents()).toEqual([]);
  });

  it("[OB3] refuses at the high-water mark before anything is kept, and takes again after", async () => {
    const failure = await failureOf(() =>
      tab.evaluate(async () => {
        page.open({ maxEntries: 3 });
        for (let each = 0; each < 4; each += 1) await page.add();
      }),
    );
    expect(failure).toContain("OutboxFullError");
    expect(await owedSeqs()).toEqual([1, 2, 3]);
    await tab.evaluate(() => page.outbox().remove([1], 1));
    expect(await addMany(1)).toEqual([4]);
  });

  it("[OB3] at a full disk refuses to add, goes on draining with deletes, and recovers", async () => {
    await beginOnDisk(400_000);
    const kept = await tab.evaluate(async () => {
      // Noise, which no table can be packed smaller than: packed, a full disk would never come.
      const noise = (): string =>
        Array.from(crypto.getRandomValues(new Uint8Array(15_000)), (byte) =>
          String.fromCharCode(33 + (byte % 90)),
        ).join("");
      let kept = 0;
      for (;;) {
        try {
          await page.add(noise());
          kept += 1;
        } catch (error) {
          return { kept, error: error instanceof Error ? error.name : String(error) };
        }
      }
    });
    expect(kept.error).toBe("OutboxFullError");
    expect(kept.kept).toBeGreaterThan(3);
    expect(await remoteOutbox(tab).depth()).toBe(kept.kept);

    // Nothing can be moved aside: it stays, is not given again in this life, and loses nothing.
    server.answer({ type: "reject", body: "x".repeat(15_000) });
    await tab.evaluate(() => page.outbox().setAside([1], "rejected: test"));
    const [witness] = await remoteOutbox(tab).witnesses();
    expect([...witness!.owed.flat(), ...witness!.aside.flat()]).toContain(1);
    expect(await owedSeqs()).not.toContain(1);

    server.answer({ type: "ok" });
    const report = await tab.evaluate(() => page.flush());
    expect(report).toMatchObject({ type: "drained", sent: kept.kept - 1 });

    await setQuota();
    await tab.evaluate(() => page.add("after"));
    expect(await tab.evaluate(() => page.flush())).toMatchObject({ type: "drained", sent: 1 });
  });

  it("[OB7] lets what is receipted go first when the disk is full, and takes scans again", async () => {
    await beginOnDisk(6_000_000);
    const last = await tab.evaluate(async () => {
      // Noise, which no table can be packed smaller than.
      const bytes = crypto.getRandomValues(new Uint8Array(16_000));
      const body = Array.from(bytes, (byte) => String.fromCharCode(33 + (byte % 90))).join("");
      // Until the disk is full of what is receipted; an add that makes room ends it too.
      for (let seq = 1; seq < 1_500; seq += 1) {
        const added = await page.add(body).catch(() => undefined);
        const kept = (await page.outbox().witnesses())[0]!.kept ?? [];
        if (added === undefined || (seq > 1 && kept.length === 0)) return seq;
        await page.outbox().remove([added], 1);
      }
      return undefined;
    });
    expect(last).toBeGreaterThan(100);
    // Chromium takes its time to give the space back; without room made it would never.
    await waitFor("scans to be taken again", () =>
      tab.evaluate(() =>
        page.add().then(
          () => true,
          () => false,
        ),
      ),
    );
    const [witness] = await remoteOutbox(tab).witnesses();
    expect(witness!.kept!.flat()).not.toContain(1);
    expect(await owedSeqs()).toContain(witness!.lastSeq);
    expect(await incidents()).toEqual([]);
  });

  it("[OB7] keeps no more than its limits, the newest, and nothing for longer than told", async () => {
    const DAY = 86_400_000;
    await tab.evaluate(() =>
      page.open({ limits: { resendMs: 7 * 86_400_000, entries: 3, bytes: 10_000 } }),
    );
    const outbox = remoteOutbox(tab);
    await addMany(8);
    for (const seq of [1, 2, 3, 4, 5]) await outbox.remove([seq], DAY);
    expect(await outbox.witnesses()).toMatchObject([{ kept: [[3, 5]] }]);
    await outbox.remove([6], 8 * DAY);
    expect(await outbox.witnesses()).toMatchObject([{ kept: [[4, 6]] }]);
    // Also where nothing is scanned any more; a receipt of the future keeps nobody from it.
    await outbox.remove([], 8 * DAY + 1);
    expect(await outbox.witnesses()).toMatchObject([{ kept: [[6, 6]] }]);
    await tab.evaluate(() => page.add("x".repeat(9_000)));
    await outbox.remove([7, 9], 9 * DAY);
    expect(await outbox.witnesses()).toMatchObject([{ kept: [[7, 7], [9, 9]] }]); // prettier-ignore
    expect(await owedSeqs()).toEqual([8]);
  });

  it("[OB7] counts once what is receipted twice, so that the limits hold", async () => {
    await tab.evaluate(() =>
      page.open({ limits: { resendMs: 86_400_000, entries: 3, bytes: 10_000 } }),
    );
    const outbox = remoteOutbox(tab);
    const { epoch } = (await outbox.witnesses())[0]!;
    await addMany(3);
    await outbox.remove([1, 2, 3], 1);
    for (let each = 0; each < 5; each += 1) {
      expect(await outbox.oweAgain([{ epoch, from: 1, to: 3 }])).toBe(3);
      await outbox.remove([1, 2, 3], 1);
    }
    expect(await outbox.witnesses()).toMatchObject([{ kept: [[1, 3]] }]);
  });

  it("[OB6] takes a database of the version before over, and works on when it is rolled back", async () => {
    const epoch = "0e0e0e0e-0000-4000-8000-000000000001";
    await tab.goto(`${server.origin}/bare`);
    await tab.evaluate(async (epoch) => {
      const request = indexedDB.open("tarjeta", 1);
      request.addEventListener("upgradeneeded", () => {
        for (const store of ["entries", "aside", "voided", "meta", "kept"]) {
          request.result.createObjectStore(store);
        }
      });
      const db = await new Promise<IDBDatabase>((done) =>
        request.addEventListener("success", () => done(request.result)),
      );
      const tx = db.transaction(["entries", "meta"], "readwrite");
      for (const seq of [1, 2, 3]) {
        const id = `1d1d1d1d-0000-4000-8000-00000000000${seq}`;
        const segment = "5e5e5e5e-0000-4000-8000-000000000001.0";
        const clocks = { segment, wallMs: 1, monoMs: 1, heldUntil: 0 };
        const header = { v: 1, id, epoch, seq, ...clocks, kid: "k1", enc: "" };
        tx.objectStore("entries").put({ header, body: `old ${seq}` }, seq);
      }
      tx.objectStore("meta").put([{ epoch, firstSeq: 1, lastSeq: 3, gone: false }], "epochs");
      await new Promise((done) => tx.addEventListener("complete", done));
      db.close();
      localStorage.setItem("tarjeta-outbox", JSON.stringify({ epoch, firstSeq: 1, lastSeq: 3 }));
    }, epoch);
    await tab.goto(`${server.origin}/`);
    expect(await owedSeqs()).toEqual([1, 2, 3]);
    expect(await addMany(1)).toEqual([4]);
    expect(await incidents()).toEqual([]);
    await remoteOutbox(tab).remove([1], 1);

    // The app before is back: it asks for version 1 and finds every store of its own.
    await tab.evaluate(() => page.open({ version: 1 }));
    expect(await addMany(1)).toEqual([5]);
    expect(await owedSeqs()).toEqual([2, 3, 4, 5]);
    expect(await incidents()).toEqual([]);
    await tab.evaluate(() => page.open());
    expect(await remoteOutbox(tab).witnesses()).toMatchObject([
      { epoch, lastSeq: 5, owed: [[2, 5]], kept: [[1, 1]] },
    ]);
  });

  it("[OB4] moves a row that nobody can read aside, as it is, and gives the rest", async () => {
    await addMany(3);
    await tab.evaluate(() =>
      page.raw(undefined, async (db) => {
        const tx = db.transaction("entries", "readwrite");
        tx.objectStore("entries").put({ header: "torn", was: [1, 2] }, 2);
        await new Promise((done) => tx.addEventListener("complete", done));
      }),
    );
    expect(await owedSeqs()).toEqual([1, 3]);
    expect(await remoteOutbox(tab).witnesses()).toMatchObject([
      { lastSeq: 3, aside: [[2, 2]], owed: [[1, 1], [3, 3]] }, // prettier-ignore
    ]);
    const raw = await tab.evaluate(() =>
      page.raw(undefined, async (db) => {
        const request = db.transaction("aside").objectStore("aside").get(2);
        await new Promise((done) => request.addEventListener("success", done));
        return request.result;
      }),
    );
    expect(raw).toEqual({ row: { header: "torn", was: [1, 2] }, reason: "unreadable" });
  });

  it("[OB5] names a wiped database, keeps its numbers in evidence, and gives none twice", async () => {
    await addMany(5);
    const [before] = await remoteOutbox(tab).witnesses();
    await tab.goto(`${server.origin}/bare`);
    await clearStorage("indexeddb");
    await tab.goto(`${server.origin}/`);
    expect(await incidents()).toMatchObject([
      { type: "outbox-wiped", epoch: before!.epoch, lastSeq: 5 },
    ]);
    expect(await addMany(1)).toEqual([6]);
    const witnesses = await remoteOutbox(tab).witnesses();
    expect(witnesses).toMatchObject([
      { epoch: before!.epoch, firstSeq: 1, lastSeq: 5, owed: [] },
      { firstSeq: 6, lastSeq: 6, owed: [[6, 6]] },
    ]);
    expect(witnesses[1]!.epoch).not.toBe(before!.epoch);
    await remoteOutbox(tab).incidentsTold(1);
    await tab.reload();
    expect(await incidents()).toEqual([]);
  });

  it("[OB5] names a database that is older than its witness", async () => {
    await addMany(6);
    const [before] = await remoteOutbox(tab).witnesses();
    await tab.evaluate(() =>
      page.raw(undefined, async (db) => {
        const tx = db.transaction(["entries", "meta"], "readwrite");
        tx.objectStore("entries").delete(IDBKeyRange.lowerBound(4));
        const epochs = tx.objectStore("meta").get("epochs");
        epochs.addEventListener("success", () =>
          tx.objectStore("meta").put([{ ...epochs.result[0], lastSeq: 3 }], "epochs"),
        );
        await new Promise((done) => tx.addEventListener("complete", done));
      }),
    );
    await tab.reload();
    expect(await incidents()).toMatchObject([
      { type: "outbox-torn", epoch: before!.epoch, lastSeq: 6 },
    ]);
    expect(await addMany(1)).toEqual([7]);
    expect(await remoteOutbox(tab).witnesses()).toMatchObject([
      { epoch: before!.epoch, lastSeq: 6, owed: [[1, 3]] },
      { firstSeq: 7, lastSeq: 7, owed: [[7, 7]] },
    ]);
  });

  it("[OB6] reopens when the browser takes its database away under an open page", async () => {
    await addMany(2);
    await clearStorage("indexeddb");
    expect(await addMany(2)).toEqual([3, 4]);
    expect(await incidents()).toMatchObject([{ type: "outbox-wiped", lastSeq: 2 }]);
  });

  it("[OB6] makes way for a newer version in another tab, and works on with it", async () => {
    await addMany(2);
    const took = await tab.evaluate(() =>
      page.raw(undefined, (db) => {
        db.close();
        return new Promise<string>((resolve) => {
          const request = indexedDB.open("tarjeta", 9);
          request.addEventListener("upgradeneeded", () => request.result.createObjectStore("new"));
          request.addEventListener("success", () => {
            request.result.close();
            resolve("upgraded");
          });
        });
      }),
    );
    expect(took).toBe("upgraded");
    expect(await addMany(1)).toEqual([3]);
    await tab.reload();
    expect(await addMany(1)).toEqual([4]);
    expect(await owedSeqs()).toEqual([1, 2, 3, 4]);
    const stores = await tab.evaluate(() =>
      page.raw(undefined, (db) => [db.version, ...db.objectStoreNames]),
    );
    expect(stores).toEqual([9, "aside", "entries", "kept", "meta", "new", "receipted", "voided"]);
    expect(await incidents()).toEqual([]);
  });

  it("[OB6] says that it is unavailable while an upgrade is blocked, then goes on", async () => {
    const outcome = await tab.evaluate(async () => {
      await page.add();
      page.outbox().close();
      // A tab that does not make way.
      const holder = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open("tarjeta");
        request.addEventListener("success", () => resolve(request.result));
      });
      page.open({ version: 5, openTimeoutMs: 200 });
      const errors: string[] = [];
      for (let each = 0; each < 2; each += 1) {
        await page.add().catch((error: Error) => errors.push(error.name));
      }
      holder.close();
      return { errors, seq: await page.add() };
    });
    expect(outcome).toEqual({
      errors: ["OutboxUnavailableError", "OutboxUnavailableError"],
      seq: 2,
    });
    expect(await owedSeqs()).toEqual([1, 2]);
  });

  it("[OB6] completes a database that somebody else made empty", async () => {
    await tab.evaluate(() => page.raw(1, () => undefined));
    expect(await addMany(2)).toEqual([1, 2]);
    await tab.reload();
    expect(await owedSeqs()).toEqual([1, 2]);
  });

  it("[OB6] rides out opening errors, never deletes, and tries again at the next call", async () => {
    await addMany(2);
    const outcome = await tab.evaluate(async () => {
      const { open, deleteDatabase } = IDBFactory.prototype;
      let deleted = 0;
      let failures = 0;
      IDBFactory.prototype.deleteDatabase = function watched(name) {
        deleted += 1;
        return deleteDatabase.call(this, name);
      };
      IDBFactory.prototype.open = function broken() {
        failures += 1;
        throw new DOMException("Internal error opening backing store", "UnknownError");
      };
      page.open({ retryDelaysMs: [1, 1] });
      const error = await page.add().catch((error: Error) => error.name);
      IDBFactory.prototype.open = open;
      return { error, failures, deleted, seq: await page.add() };
    });
    expect(outcome).toEqual({ error: "OutboxUnavailableError", failures: 3, deleted: 0, seq: 3 });
  });
});

describe("flush, over real sockets", () => {
  const flush = () => tab.evaluate(() => page.flush());

  it.each([
    { type: "html" },
    { type: "redirect" },
    { type: "half-header" },
    { type: "partial-body" },
    { type: "wrong-nonce" },
    { type: "status", status: 500 },
    { type: "status", status: 429, headers: { "retry-after": "nonsense" } },
    { type: "status", status: 401 },
    { type: "partial-receipt", named: 0 },
    { type: "destroy", applies: true },
    { type: "reset", applies: true },
  ] as const)("[FL1] keeps everything when the answer is $type $status", async (mode) => {
    await addMany(3);
    server.answer(mode);
    expect(await flush()).toMatchObject({ type: "paused", sent: 0 });
    expect(await remoteOutbox(tab).depth()).toBe(3);
    server.answer({ type: "ok" });
    expect(await flush()).toMatchObject({ type: "drained", sent: 3 });
    expect(await remoteOutbox(tab).depth()).toBe(0);
  });

  it("[FL7] one POST that Chromium sends several times takes effect once", async () => {
    await addMany(1);
    await flush();
    // The connection is now one that was used before: Chromium repeats a POST on such a one.
    const [seq] = await addMany(1);
    const before = server.requests.length;
    server.answer({ type: "destroy", applies: true });
    expect(await flush()).toMatchObject({ type: "paused" });
    expect(server.requests.length - before).toBeGreaterThan(1);
    const nonces = new Set(server.requests.slice(before).map(({ nonce }) => nonce));
    expect(nonces.size).toBe(1);
    server.answer({ type: "ok" });
    expect(await flush()).toMatchObject({ type: "drained", sent: 1 });
    expect(await owedSeqs()).not.toContain(seq);
    expect([...server.applied.values()].every((times) => times === 1)).toBe(true);
  });

  it("[FL2] two tabs that flush at once send nothing twice", async () => {
    const other = await tab.context().newPage();
    await other.goto(`${server.origin}/`);
    await addMany(20);
    server.next({ type: "slow", delayMs: 300 });
    const before = server.requests.length;
    const reports = await Promise.all([flush(), other.evaluate(() => page.flush())]);
    await other.close();
    expect(reports.map(({ type }) => type).toSorted()).toEqual(["busy", "drained"]);
    expect(server.requests.length - before).toBe(1);
  });

  it("[FL6] one poisoned entry does not hold up the rest", async () => {
    await addMany(10);
    await tab.evaluate(() => page.add("poison"));
    await addMany(10);
    server.answer({ type: "poison", body: "poison" });
    expect(await flush()).toMatchObject({ type: "paused", sent: 20, reason: "entries-wait" });
    expect(await owedSeqs()).toEqual([11]);
    server.answer({ type: "reject", body: "poison" });
    await flush();
    expect(await remoteOutbox(tab).witnesses()).toMatchObject([{ owed: [], aside: [[11, 11]] }]);
  });
});

afterEach(() => {
  expect(browser.complaints.filter((line) => !/IDBDatabase|closed/.test(line))).toEqual([]);
});
