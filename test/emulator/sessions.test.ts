import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anEmulator } from "../support/target-world.ts";

const CARD = "2912345678906";
const MEMBER = { kind: "member", value: CARD } as const;
const PC = "1368007744041-575948.28_20";
const BROWSER = { kind: "browser", value: PC } as const;
const ECID = "12345678901234567890123456789012345678";
const MINUTE = 60_000;

describe("two ids of one visitor", () => {
  it("[EM4] are one profile from the first sync on, 5 to 10 minutes after the log-in", () => {
    const { visit, advance, attributesOf } = anEmulator({ random: () => 0 });
    visit({ tntId: PC, thirdPartyId: CARD, attributes: { category: "skis" } });
    advance(5 * MINUTE - 1);
    expect([attributesOf(CARD), attributesOf(PC, "browser")]).toEqual([{}, {}]);
    advance(1);
    expect(attributesOf(CARD)).toEqual({ category: "skis" });
    expect(attributesOf(PC, "browser")).toEqual({ category: "skis" });
  });

  it("[EM4] are synced 10 minutes after it at the latest", () => {
    const { visit, advance, attributesOf } = anEmulator({ random: () => 0.999_999 });
    visit({ tntId: PC, thirdPartyId: CARD, attributes: { a: "1" } });
    advance(10 * MINUTE);
    expect(attributesOf(PC, "browser")).toEqual({ a: "1" });
  });

  it("[EM4] on a conflict, what is stored under mbox3rdPartyId overwrites the browser's", () => {
    const { visitSite, visit, advance, attributesOf } = anEmulator();
    visitSite(MEMBER, { category: "hats", tier: "gold" });
    advance(1_000);
    visitSite(BROWSER, { category: "skis", seen: "3" });
    visit({ tntId: PC, thirdPartyId: CARD });
    advance(10 * MINUTE);
    const merged = { category: "hats", tier: "gold", seen: "3" };
    expect(attributesOf(CARD)).toEqual(merged);
    expect(attributesOf(PC, "browser")).toEqual(merged);
  });

  it("[EM4] what the page sets after the log-in is newer than both", () => {
    const { visitSite, visit, advance, attributesOf } = anEmulator();
    visitSite(MEMBER, { category: "hats" });
    visit({ tntId: PC, attributes: { category: "skis" } });
    visit({ tntId: PC, thirdPartyId: CARD });
    visit({ tntId: PC, thirdPartyId: CARD, attributes: { category: "boots" } });
    advance(10 * MINUTE);
    expect(attributesOf(CARD)).toEqual({ category: "boots" });
  });

  it("[EM4] keep the merge rule for any two profiles", () => {
    const attributes = fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.constantFrom("1", "2", "3"),
    );
    fc.assert(
      fc.property(attributes, attributes, attributes, (browser, member, page) => {
        const { visitSite, visit, advance, attributesOf } = anEmulator();
        visitSite(MEMBER, member);
        visitSite(BROWSER, browser);
        visit({ tntId: PC, thirdPartyId: CARD, attributes: page });
        const expected = { ...browser, ...member, ...page };
        advance(10 * MINUTE);
        expect(attributesOf(CARD)).toEqual(expected);
        advance(30 * MINUTE);
        expect(attributesOf(CARD)).toEqual(expected);
        expect(attributesOf(PC, "browser")).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it("[EM4] take an update by either id once they are one", async () => {
    const { visit, advance, update, attributesOf } = anEmulator();
    visit({ tntId: PC, thirdPartyId: CARD });
    advance(45 * MINUTE);
    await update(`mboxPC=${PC}&profile.a=1`);
    await update(`mbox3rdPartyId=${CARD}&profile.b=2`);
    expect(attributesOf(CARD)).toEqual({ a: "1", b: "2" });
    expect(attributesOf(PC, "browser")).toEqual({ a: "1", b: "2" });
  });

  it("[EM4] bring along an update by mboxPC that was acknowledged before they were one", async () => {
    const { visit, advance, update, attributesOf } = anEmulator({
      propagation: { minMs: 15 * MINUTE, maxMs: 15 * MINUTE },
      switches: { sessionEndOverwrites: "no" },
    });
    visit({ tntId: PC, thirdPartyId: CARD });
    await update(`mboxPC=${PC}&profile.a=1`);
    advance(20 * MINUTE);
    expect(attributesOf(CARD)).toEqual({ a: "1" });
  });

  it("[EM4] another member on the same browser inherits nothing of the first", () => {
    const { visit, visitSite, advance, attributesOf } = anEmulator();
    visitSite({ kind: "member", value: "other" }, { own: "1" });
    visit({ tntId: PC, thirdPartyId: CARD, attributes: { secret: "x" } });
    visit({ tntId: PC, thirdPartyId: "other" });
    advance(45 * MINUTE);
    expect(attributesOf(CARD)).toEqual({ secret: "x" });
    expect(attributesOf("other")).toEqual({ own: "1" });
    visit({ tntId: PC, thirdPartyId: CARD });
    advance(45 * MINUTE);
    expect(attributesOf(CARD)).toEqual({ secret: "x" });
    expect(attributesOf(PC, "browser")).toEqual({ secret: "x" });
  });
});

describe("the end of a session", () => {
  it("[EM4] overwrites what an update wrote under mbox3rdPartyId meanwhile", async () => {
    const { visitSite, visit, advance, update, attributesOf, profile } = anEmulator();
    visitSite(MEMBER, { lastStore: "old" });
    visit({ tntId: PC, thirdPartyId: CARD });
    advance(5 * MINUTE);
    await update(`mbox3rdPartyId=${CARD}&profile.lastStore=store-1&profile.choice=tea`);
    const effectMs = profile(MEMBER)!.attributes.get("lastStore")!.modifiedAtMs;
    advance(25 * MINUTE - 1);
    expect(attributesOf(CARD)).toEqual({ lastStore: "store-1", choice: "tea" });
    advance(1);
    expect(attributesOf(CARD)).toEqual({ lastStore: "old" });
    expect(profile(MEMBER)!.attributes.get("lastStore")!.modifiedAtMs).toBeLessThan(effectMs);
    await update(`mbox3rdPartyId=${CARD}&profile.lastStore=store-1`);
    expect(attributesOf(CARD)).toEqual({ lastStore: "store-1" });
  });

  it("[EM1] sessionEndOverwrites: no, and the update stays", async () => {
    const { visit, advance, update, attributesOf } = anEmulator({
      switches: { sessionEndOverwrites: "no" },
    });
    visit({ tntId: PC, thirdPartyId: CARD, attributes: { a: "1" } });
    await update(`mbox3rdPartyId=${CARD}&profile.b=2`);
    advance(45 * MINUTE);
    expect(attributesOf(CARD)).toEqual({ a: "1", b: "2" });
  });

  it("[EM4] comes 30 minutes after the last page view, not the first", async () => {
    const { visit, advance, update, attributesOf } = anEmulator();
    visit({ tntId: PC, thirdPartyId: CARD });
    advance(20 * MINUTE);
    visit({ tntId: PC, thirdPartyId: CARD });
    await update(`mbox3rdPartyId=${CARD}&profile.a=1`);
    advance(30 * MINUTE - 1);
    expect(attributesOf(CARD)).toEqual({ a: "1" });
    advance(1);
    expect(attributesOf(CARD)).toEqual({});
  });

  it("[EM4] leaves alone what a session of one browser id never knew", async () => {
    const { visit, advance, update, attributesOf } = anEmulator();
    visit({ tntId: PC, attributes: { a: "1" } });
    await update(`mboxPC=${PC}&profile.b=2`);
    advance(45 * MINUTE);
    expect(attributesOf(PC, "browser")).toEqual({ a: "1", b: "2" });
  });
});

describe("a visitor the site sees for the first time", () => {
  const NEW = "1700000000000-1.28_20";

  it("[EM1] newVisitor: after-session, and is unknown to updates and fetches until then", async () => {
    const { visit, advance, update, fetchProfile, calls, attributesOf } = anEmulator();
    visit({ tntId: NEW, thirdPartyId: "new", attributes: { a: "1" } });
    advance(30 * MINUTE - 1);
    await update("mbox3rdPartyId=new&profile.b=2");
    expect(calls()[0]!.effect).toBe("unknown");
    expect((await fetchProfile("thirdPartyId/new")).statusCode).toBe(404);
    advance(1);
    expect(attributesOf("new")).toEqual({ a: "1" });
    expect(attributesOf(NEW, "browser")).toEqual({ a: "1" });
  });

  it("[EM1] newVisitor: at-once", () => {
    const { visit, attributesOf } = anEmulator({ switches: { newVisitor: "at-once" } });
    visit({ tntId: NEW, thirdPartyId: "new", attributes: { a: "1" } });
    expect(attributesOf("new")).toEqual({ a: "1" });
    expect(attributesOf(NEW, "browser")).toEqual({ a: "1" });
  });

  it("[EM4] by one id of the company's own alone is a visitor too", () => {
    const { visit, advance, attributesOf } = anEmulator();
    visit({ thirdPartyId: "new", attributes: { a: "1" } });
    advance(30 * MINUTE);
    expect(attributesOf("new")).toEqual({ a: "1" });
  });
});

it("[EM4] a visit keeps both profiles alive", () => {
  const { visit, advance, attributesOf } = anEmulator();
  advance(13 * 86_400_000);
  visit({ tntId: PC, thirdPartyId: CARD });
  advance(13 * 86_400_000);
  expect(attributesOf(CARD)).toEqual({});
  expect(attributesOf(PC, "browser")).toEqual({});
});

it("[EM4] a profile is fetched by the ECID that a visit or a seed gave it", async () => {
  const { visit, advance, control, fetchProfile } = anEmulator();
  expect((await fetchProfile(`marketingCloudVisitorId/${ECID}`)).statusCode).toBe(404);
  visit({ tntId: PC, thirdPartyId: CARD, ecid: ECID, attributes: { a: "1" } });
  advance(30 * MINUTE);
  const answer = (await fetchProfile(`marketingCloudVisitorId/${ECID}`)).json();
  expect(answer.visitorId).toBe(ECID);
  expect(answer.profileAttributes.a.value).toBe("1");
  const other = ECID.replace("1", "9");
  await control("PUT", "/profiles/member/seeded", { ecid: other, attributes: { b: "2" } });
  const third = ECID.replace("1", "8");
  const past = { kind: "member", value: CARD, attributes: {}, ecid: third };
  expect((await control("POST", "/site-visit", past)).statusCode).toBe(204);
  expect((await fetchProfile(`marketingCloudVisitorId/${third}`)).statusCode).toBe(200);
  const seeded = (await fetchProfile(`marketingCloudVisitorId/${other}`)).json();
  expect(seeded.profileAttributes.b.value).toBe("2");
});
