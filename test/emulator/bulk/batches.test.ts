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
