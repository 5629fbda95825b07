import { describe, expect, it } from "vitest";
import { DEMO_BROWSER } from "../../../src/emulator/target-emulator.ts";
import { aBulkEmulator, CARD, HOUR, OTHER, START } from "./bulk-emulator.ts";

const NEW = "new-card";

describe("effect", () => {
  it("[EB6] v1 updates who has a profile, by either id, and creates nobody", async () => {
    const { submit, advance, attributesOf, askDetails } = aBulkEmulator();
    const byMember = await submit(1, `batch=thirdPartyId,a,b\n${CARD},1,\n${NEW},2,3`);
    const byBrowser = await submit(1, `batch=pcId,a\n${DEMO_BROWSER},4\n${CARD},5`);
    advance(1_002);
    expect(attributesOf(CARD)).toEqual({ a: "1" });
    expect(attributesOf(DEMO_BROWSER, "browser")).toEqual({ a: "4" });
    expect(attributesOf(NEW)).toBeUndefined();
    for (const url of [byMember, byBrowser]) {
      expect(await askDetails(url)).toEqual({ status: "complete", counts: [2, 2, 1, 1, 0] });
    }
  });

  it("[EB6] v2 creates who has none, and then updates, fetches and v1 know them", async () => {
    const { app, submit, post, advance, attributesOf, askDetails } = aBulkEmulator();
    const first = await submit(2, `batch=thirdPartyId,a\n${NEW},1\n${CARD},2`);
    advance(1_002);
    const second = await submit(1, `batch=thirdPartyId,b\n${NEW},1\nnobody,2`);
    advance(1_002);
    expect(await askDetails(first)).toEqual({ status: "complete", counts: [2, 2, 2, 0, 0] });
    expect(await askDetails(second)).toEqual({ status: "complete", counts: [2, 2, 1, 1, 0] });
    await app.inject(`/m2/demo/profile/update?mbox3rdPartyId=${NEW}&profile.c=3`);
    expect(attributesOf(NEW)).toEqual({ a: "1", b: "1", c: "3" });
    expect(attributesOf("nobody")).toBeUndefined();
    await post(2, `batch=pcId,a\n1.28_20,x`);
    advance(1_001);
    expect((await app.inject("/rest/v1/profiles/1.28_20?client=demo")).statusCode).toBe(200);
  });

  it("[EB6] lets a single update find whom a batch created, though nobody looked in between", async () => {
    const { app, submit, advance, calls, attributesOf } = aBulkEmulator();
    await submit(2, `batch=thirdPartyId,a\n${NEW},1`);
    const update = () =>
      app.inject(`/m2/demo/profile/update?mbox3rdPartyId=${NEW}&profile.a=${calls().length}`);
    await update();
    advance(1_001);
    await update();
    expect(calls().map(({ effect }) => effect)).toEqual(["unknown", "known"]);
    expect(attributesOf(NEW)).toEqual({ a: "1" });
  });

  it("[EB6] takes effect in its turn among single updates, at its own time", async () => {
    const { app, submit, advance, profile, tune } = aBulkEmulator();
    const update = (value: string) =>
      app.inject(`/m2/demo/profile/update?mbox3rdPartyId=${CARD}&profile.a=${value}`);
    await submit(1, `batch=thirdPartyId,a\n${CARD},batch`);
    tune({ propagation: { minMs: 500, maxMs: 500 } });
    await update("before");
    tune({ propagation: { minMs: 1_500, maxMs: 1_500 } });
    await update("after");
    const values = [500, 501, 499].map((byMs) => {
      advance(byMs);
      return profile({ kind: "member", value: CARD })?.attributes.get("a");
    });
    expect(values).toEqual([
      { value: "before", modifiedAtMs: START + 500 },
      { value: "batch", modifiedAtMs: START + 1_001 },
      { value: "after", modifiedAtMs: START + 1_500 },
    ]);
  });

  it("[EB6] shows after the propagation delay, counted from when its row was consumed", async () => {
    const { submit, advance, attributesOf, ask } = aBulkEmulator({
      propagation: { minMs: 300, maxMs: 300 },
    });
    const url = await submit(1, `batch=thirdPartyId,a\n${CARD},1`);
    advance(1_001);
    expect((await ask(url)).body).toContain("<status>complete</status>");
    advance(299);
    expect(attributesOf(CARD)).toEqual({});
    advance(1);
    expect(attributesOf(CARD)).toEqual({ a: "1" });
  });

  it("[EB6] does nothing for who appears only after the row was consumed", async () => {
    const { submit, advance, visitSite, attributesOf, askDetails } = aBulkEmulator({
      propagation: { minMs: HOUR, maxMs: HOUR },
    });
    const url = await submit(1, `batch=thirdPartyId,a\n${NEW},1\nsoon,1`);
    visitSite({ kind: "member", value: "soon" });
    advance(2_000);
    visitSite({ kind: "member", value: NEW });
    advance(HOUR);
    expect([attributesOf(NEW), attributesOf("soon")]).toEqual([{}, { a: "1" }]);
    expect((await askDetails(url)).counts).toEqual([2, 2, 1, 1, 0]);
  });

  it("[EB4] never clears, and makes nothing of who is named with empty values only", async () => {
    const { submit, advance, attributesOf, askDetails, visitSite } = aBulkEmulator();
    visitSite({ kind: "member", value: CARD }, { a: "kept", b: "kept" });
    const url = await submit(2, `batch=thirdPartyId,a,b\n${CARD},,new\n${OTHER}\n${NEW},,`);
    advance(1_003);
    expect(attributesOf(CARD)).toEqual({ a: "kept", b: "new" });
    expect(attributesOf(NEW)).toBeUndefined();
    expect(await askDetails(url)).toEqual({ status: "complete", counts: [3, 3, 3, 0, 0] });
  });

  it("[EB4] ignores a batch of empty values entirely, and says so in its counts only", async () => {
    const { submit, advance, attributesOf, askDetails } = aBulkEmulator();
    const url = await submit(2, `batch=thirdPartyId,a\n${CARD},\n${NEW}`);
    advance(HOUR);
    expect(attributesOf(NEW)).toBeUndefined();
    expect(await askDetails(url)).toEqual({ status: "complete", counts: [2, 0, 0, 0, 0] });
  });

  it("[EB3] counts malformed rows as failed, and the rest takes effect", async () => {
    const { submit, advance, attributesOf, askDetails } = aBulkEmulator();
    const url = await submit(2, `batch=thirdPartyId,a\n${CARD},%\n${OTHER},1\na%2Bb,1`);
    advance(1_003);
    expect(await askDetails(url)).toEqual({ status: "complete", counts: [3, 3, 1, 0, 2] });
    expect([attributesOf(CARD), attributesOf(OTHER)]).toEqual([{}, { a: "1" }]);
  });
});

describe("profiles", () => {
  const DAY = 24 * HOUR;

  it("[EB6] a v2 batch gives a life of its own to whom it creates, and a new one to the expired", async () => {
    const { submit, advance, attributesOf, askDetails, visitSite } = aBulkEmulator();
    visitSite({ kind: "member", value: "old" }, { a: "old" });
    await submit(2, `batch=thirdPartyId,a\n${NEW},1`);
    advance(14 * DAY);
    const tooLate = await submit(1, `batch=thirdPartyId,b\nold,1`);
    advance(HOUR);
    expect([attributesOf("old"), attributesOf(NEW)]).toEqual([undefined, undefined]);
    expect((await askDetails(tooLate)).counts).toEqual([1, 1, 0, 1, 0]);
    await submit(2, `batch=thirdPartyId,b\nold,2\n${NEW},2`);
    advance(HOUR);
    expect([attributesOf("old"), attributesOf(NEW)]).toEqual([{ b: "2" }, { b: "2" }]);
  });

  it("[EB6] begins anew when its profile expired before the row took effect, and nobody looked", async () => {
    const { submit, advance, attributesOf, visitSite } = aBulkEmulator({
      propagation: { minMs: 14 * DAY, maxMs: 14 * DAY },
      switches: { updateExtendsLifetime: "yes" },
    });
    for (const value of [CARD, OTHER]) visitSite({ kind: "member", value }, { a: "site" });
    await submit(2, `batch=thirdPartyId,b\n${CARD},1`);
    await submit(1, `batch=thirdPartyId,b\n${OTHER},1`);
    advance(15 * DAY);
    expect([attributesOf(CARD), attributesOf(OTHER)]).toEqual([{ b: "1" }, undefined]);
  });

  it("[EB6] finds a visitor by either of two ids that became one", async () => {
    const { submit, advance, attributesOf, visit } = aBulkEmulator();
    visit({ tntId: "1.28_20", thirdPartyId: CARD, attributes: { a: "site" } });
    advance(HOUR);
    await submit(1, "batch=pcId,b\n1.28_20,browser");
    await submit(2, `batch=thirdPartyId,c\n${CARD},member`);
    advance(HOUR);
    const both = { a: "site", b: "browser", c: "member" };
    expect([attributesOf(CARD), attributesOf("1.28_20", "browser")]).toEqual([both, both]);
  });

  it("[EB6] keeps to 64 KB for a profile, as the switch says", async () => {
    const {
      submit,
      advance,
      profile,
      switch: move,
    } = aBulkEmulator({
      switches: { valueOver256: "stored" },
    });
    const namesOf = () => [...(profile({ kind: "member", value: CARD })?.attributes.keys() ?? [])];
    await submit(1, `batch=thirdPartyId,a\n${CARD},${"x".repeat(40_000)}`);
    await submit(1, `batch=thirdPartyId,b\n${CARD},${"x".repeat(40_000)}`);
    advance(HOUR);
    expect(namesOf()).toEqual(["a"]);
    move({ profileOver64K: "oldest-dropped" });
    await submit(1, `batch=thirdPartyId,b\n${CARD},${"x".repeat(40_000)}`);
    advance(HOUR);
    expect(namesOf()).toEqual(["b"]);
  });

  it("[EB6] lists whom a small batch created, though nobody looked at them", async () => {
    const { submit, advance, control } = aBulkEmulator();
    await submit(2, "batch=thirdPartyId,a\nnew-1,x\nnew-2,y");
    advance(HOUR);
    const { profiles } = (await control("GET", "/profiles")).json();
    const ids = profiles.flatMap(({ ids }: { ids: readonly string[] }) => ids);
    expect(ids).toEqual(expect.arrayContaining(["member:new-1", "member:new-2"]));
  });
});

describe("back to back", () => {
  const batch = (names: string, values: string) => `batch=thirdPartyId,${names}\n${CARD},${values}`;

  it("[EB7] a v2 batch overrides what the v2 batch before it set, and nothing else", async () => {
    const { app, submit, advance, attributesOf, visitSite } = aBulkEmulator();
    visitSite({ kind: "member", value: CARD }, { a: "site", d: "site" });
    await submit(2, batch("a,b,c", "1,1,1"));
    advance(HOUR);
    expect(attributesOf(CARD)).toEqual({ a: "1", b: "1", c: "1", d: "site" });
    await app.inject(`/m2/demo/profile/update?mbox3rdPartyId=${CARD}&profile.c=single`);
    await submit(2, batch("b", "2"));
    advance(HOUR);
    expect(attributesOf(CARD)).toEqual({ a: "site", b: "2", c: "single", d: "site" });
  });

  it("[EB7] does so also when nobody looked at the profile in between", async () => {
    const { submit, advance, attributesOf } = aBulkEmulator();
    await submit(2, `batch=thirdPartyId,a\n${NEW},1`);
    await submit(2, `batch=thirdPartyId,b\n${NEW},2`);
    await submit(2, `batch=thirdPartyId,c\n${OTHER},3`);
    advance(HOUR);
    expect(attributesOf(NEW)).toEqual({ b: "2" });
  });

  it("[EB7] adds to it once the visitor was on the site, and v1 always does", async () => {
    const { submit, advance, attributesOf, visitSite } = aBulkEmulator();
    await submit(2, batch("a", "1"));
    advance(HOUR);
    visitSite({ kind: "member", value: CARD });
    await submit(2, batch("b", "2"));
    advance(HOUR);
    expect(attributesOf(CARD)).toEqual({ a: "1", b: "2" });
    await submit(1, batch("c", "3"));
    advance(HOUR);
    expect(attributesOf(CARD)).toEqual({ a: "1", b: "2", c: "3" });
  });

  it("[EB7] tells by the order of calls, not by the clock, what lies in between", async () => {
    const { submit, advance, attributesOf, visitSite } = aBulkEmulator();
    visitSite({ kind: "member", value: CARD });
    await submit(2, batch("a", "1"));
    visitSite({ kind: "member", value: CARD });
    await submit(2, batch("b", "2"));
    await submit(2, batch("c", "3"));
    advance(HOUR);
    expect(attributesOf(CARD)).toEqual({ a: "1", c: "3" });
  });

  it("[EB7] merges when the switch says so", async () => {
    const { submit, advance, attributesOf } = aBulkEmulator({
      switches: { bulkBackToBack: "merges" },
    });
    await submit(2, batch("a", "1"));
    await submit(2, batch("b", "2"));
    advance(HOUR);
    expect(attributesOf(CARD)).toEqual({ a: "1", b: "2" });
  });
});

describe("status", () => {
  const TEN = `batch=thirdPartyId,a\n${Array.from({ length: 10 }, (_, row) => `${row},x`).join("\n")}`;
  const even = { processing: { baseMs: 0, perRowMs: 100 } };

  it("[EB8] is incomplete, with what is consumed so far, then complete", async () => {
    const { submit, ask, askDetails, advance } = aBulkEmulator({ bulk: even });
    const url = await submit(2, TEN);
    const id = url.searchParams.get("batchId");
    const answer = await ask(url);
    expect(answer.body).toBe(
      `<response><batchId>${id}</batchId><status>incomplete</status><batchSize>10</batchSize></response>`,
    );
    expect(await askDetails(url)).toEqual({ status: "incomplete", counts: [10, 0, 0, 0, 0] });
    advance(350);
    expect(await askDetails(url)).toEqual({ status: "incomplete", counts: [10, 3, 3, 0, 0] });
    advance(650);
    expect((await ask(new URL(`${url.href}&showDetails=true`))).body).toBe(
      `<response><batchId>${id}</batchId><status>complete</status><batchSize>10</batchSize><consumedCount>10</consumedCount><successfulUpdates>10</successfulUpdates><profilesNotFound>0</profilesNotFound><failedUpdates>0</failedUpdates></response>`,
    );
  });

  it("[EB8] takes longer with more rows, longer by preset, and longest in throttled hours", async () => {
    const { post, tune, batches, setTime, switch: move } = aBulkEmulator();
    const secondsOf = async (body: string) => {
      await post(2, body);
      const { atMs, completesAt } = batches().at(-1)!;
      return (Date.parse(completesAt!) - atMs) / 1_000;
    };
    tune({ bulk: { processing: "field" } });
    expect(await secondsOf("batch=thirdPartyId,a\n1,x")).toBe(60.012);
    expect(await secondsOf(TEN)).toBe(60.12);
    for (const [hour, seconds] of [
      [8, 60.12],
      [9, 240.48],
      [16, 240.48],
      [17, 60.12],
    ] as const) {
      move({ bulkThrottle: "business-hours" });
      setTime(Date.parse(`2026-11-23T${String(hour).padStart(2, "0")}:30:00Z`));
      expect(await secondsOf(TEN)).toBe(seconds);
    }
    move({ bulkThrottle: "none" });
    tune({ bulk: { processing: "day" } });
    setTime(START);
    expect(await secondsOf(TEN)).toBe(23 * 3_600);
    tune({ bulk: { processing: "quick" } });
    expect(await secondsOf(TEN)).toBe(0.5);
  });

  it("[EB8] is stuck by command: what was consumed has its effect, the rest only once it is freed", async () => {
    const { submit, askDetails, advance, control, attributesOf } = aBulkEmulator({ bulk: even });
    const url = await submit(2, TEN);
    const path = `/batches/${url.searchParams.get("batchId")}`;
    advance(350);
    expect((await control("POST", path, { status: "stuck" })).json().status).toBe("stuck");
    advance(HOUR);
    expect(await askDetails(url)).toEqual({ status: "stuck", counts: [10, 3, 3, 0, 0] });
    expect([attributesOf("2"), attributesOf("3")]).toEqual([{ a: "x" }, undefined]);
    expect((await control("POST", path, { status: "complete" })).json()).toMatchObject({
      status: "complete",
      consumedCount: 10,
    });
    expect(attributesOf("3")).toEqual({ a: "x" });
    expect((await control("POST", path, { status: "stuck" })).statusCode).toBe(409);
    expect((await control("POST", path, { status: "gone" })).statusCode).toBe(400);
    expect((await control("POST", "/batches/demo-1-1", { status: "stuck" })).statusCode).toBe(404);
  });

  it("[EB8] is stuck by chance, and shows it when it should have been complete", async () => {
    const { submit, askDetails, advance, tune } = aBulkEmulator({ bulk: even, random: () => 0.4 });
    tune({ bulk: { stuckShare: 0.5 } });
    const stuck = await submit(2, TEN);
    tune({ bulk: { stuckShare: 0.4 } });
    const fine = await submit(2, TEN);
    advance(999);
    expect((await askDetails(stuck)).status).toBe("incomplete");
    advance(1);
    expect(await askDetails(stuck)).toEqual({ status: "stuck", counts: [10, 4, 4, 0, 0] });
    expect((await askDetails(fine)).status).toBe("complete");
  });

  it("[EB8] cannot be asked for after its hours, nor of a batch that never was", async () => {
    const { submit, ask, advance, switch: move } = aBulkEmulator();
    const unknown = "<response><success>false</success><message>No such batch</message></response>";
    const url = await submit(2, TEN);
    advance(24 * HOUR - 1);
    expect((await ask(url)).body).toContain("<status>complete</status>");
    advance(1);
    expect((await ask(url)).body).toBe(unknown);
    move({ bulkStatusRetentionHours: 48 });
    expect((await ask(url)).body).toContain("<status>complete</status>");
    url.searchParams.set("batchId", "demo-1-1");
    expect((await ask(url)).body).toBe(unknown);
    url.searchParams.delete("batchId");
    expect((await ask(url)).body).toBe(unknown);
  });

  it("[EB8] lists what came in: version, rows, counts, times", async () => {
    const { submit, control, advance } = aBulkEmulator();
    const url = await submit(1, `batch=thirdPartyId,profile.a\n${CARD},x\nnobody,y`);
    advance(1_002);
    expect((await control("GET", "/batches")).json()).toEqual({
      batches: [
        {
          id: url.searchParams.get("batchId"),
          version: 1,
          key: "thirdPartyId",
          at: new Date(START).toISOString(),
          atMs: START,
          completesAt: new Date(START + 1_002).toISOString(),
          attributes: 1,
          bytes: `batch=thirdPartyId,profile.a\n${CARD},x\nnobody,y`.length,
          rows: 2,
          status: "complete",
          consumedCount: 2,
          successfulUpdates: 1,
          profilesNotFound: 1,
          failedUpdates: 0,
          lost: 0,
          dropped: 0,
          prefixedHeaders: 1,
        },
      ],
    });
  });
});

describe("lost rows", () => {
  it("[EB9] are counted as successful, and are in no profile", async () => {
    const draws = [0.05, 0.5, 0.01, 0.9];
    const { submit, advance, askDetails, attributesOf, batches } = aBulkEmulator({
      switches: { bulkRowsLostShare: 0.1 },
      random: () => draws.shift() ?? 0.5,
    });
    const url = await submit(2, "batch=thirdPartyId,a\n1,x\n2,x\n3,x\n4,x");
    advance(HOUR);
    expect(await askDetails(url)).toEqual({ status: "complete", counts: [4, 4, 4, 0, 0] });
    expect(["1", "2", "3", "4"].map((id) => attributesOf(id))).toEqual([
      undefined,
      { a: "x" },
      undefined,
      { a: "x" },
    ]);
    expect(batches()[0]?.lost).toBe(2);
  });

  it("[EB9] are up to one in a thousand by default, drawn from the emulator's own chance", async () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const { post, batches } = aBulkEmulator({ random, switches: { bulkRowsLostShare: 0.001 } });
    await post(2, `batch=thirdPartyId,a\n${"1,x\n".repeat(20_000)}`);
    expect(batches()[0]?.lost).toBeGreaterThan(5);
    expect(batches()[0]?.lost).toBeLessThan(50);
  });
});
