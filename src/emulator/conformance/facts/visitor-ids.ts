import { batchOf, finishBatch } from "../batches.ts";
import { seenInTime, seenByItsEffect, type Fact } from "../fact.ts";
import { expectAcknowledged, expectAttributes, expectNoProfile, postUpdate } from "../requests.ts";
import {
  BULK_METHODS,
  DELIVERY_OPENAPI,
  IDENTIFYING,
  LIFETIME,
  LIMITS,
  NOBODY,
  OLD_API_SITE,
  PRIVACY_PAGE,
  PROFILES_API,
  SDKS,
  SINGLE_API,
  THIRD_PARTY_ID,
  VISITOR_PROFILE,
} from "../sources.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../time.ts";

/** Source: the forms in which Adobe's own pages print it. */
const FORMS = [
  "1368007744041-575948.01_00",
  "1444512212156-384616.17_35",
  "111499796294071-449025.28_44",
  "10abf6304b2714215b1fd39a870f01afc.28_20",
  "84e8d0e211054f18af365d65f45e902b.28_131",
  "111492025094307-353046",
] as const;

/** Source: the Delivery API's limit for both ids; the limits page allows 256 for mbox3rdPartyId. */
const SAFE_LENGTH = 128;

/** Target's own visitor id and yours. */
export const VISITOR_IDS: readonly Fact[] = [
  seenByItsEffect({
    id: "VI-01",
    says: "mboxPC, pcId and tntId are three names of one id: update, bulk update and fetch mean the same visitor.",
    confidence: "documented once",
    source: `${OLD_API_SITE}, "New name for pcId/mboxPC"`,
    check: async (subject) => {
      const browser = await subject.browser();
      await postUpdate(subject, browser, { cnSingle: "1" });
      await finishBatch(subject, "v1", batchOf("pcId,cnBulk", `${browser.value},2`));
      await expectAttributes(subject, browser, { cnSingle: "1", cnBulk: "2" });
    },
  }),
  seenByItsEffect({
    id: "VI-02",
    says: "A tntId is two numbers, or hexadecimal, with or without a location hint such as .28_20 behind it.",
    confidence: "documented",
    source: `${SINGLE_API}, ${PROFILES_API} and others, samples`,
    check: async (subject) => {
      for (const form of FORMS) {
        const browser = {
          kind: "browser",
          value: `${subject.freshId().slice(0, 8)}${form}`,
        } as const;
        await subject.control.seed(browser, {});
        expectAcknowledged(await postUpdate(subject, browser, { cnForm: "1" }));
        await expectAttributes(subject, browser, { cnForm: "1" });
      }
    },
  }),
  seenByItsEffect({
    id: "VI-03",
    says: "A tntId has up to 128 characters.",
    confidence: "documented",
    source: `${DELIVERY_OPENAPI}, VisitorId`,
    check: async (subject) => {
      const hint = ".28_20";
      const value = subject.freshId().padEnd(SAFE_LENGTH - hint.length, "0") + hint;
      const browser = { kind: "browser", value } as const;
      await subject.control.seed(browser, {});
      await postUpdate(subject, browser, { cnLong: "1" });
      await expectAttributes(subject, browser, { cnLong: "1" });
    },
  }),
  {
    id: "VI-04",
    says: "Adobe's SDKs read the cluster from the hint and send Delivery calls to mboxedgeCLUSTER.tt.omtrdc.net.",
    confidence: "documented",
    source: `${SDKS}; ${DELIVERY_OPENAPI}, "profile location hint"`,
    observable: "no",
    reason: "another API",
    because: "the Delivery API; no page asks it of the profile APIs",
  },
  {
    id: "VI-05",
    says: "An update with a hint in its id may go to the account's own host: nothing has to be routed.",
    confidence: "inferred",
    source: `${SINGLE_API}: every sample does so`,
    observable: "live",
    needs: ["writes", "browser"],
    check: async (subject) => {
      const browser = await subject.browser();
      expectAcknowledged(await postUpdate(subject, browser, { cnHint: subject.freshId() }));
    },
  },
  {
    id: "VI-06",
    says: "Clusters come and go: hints in old cookies name some that are no more.",
    confidence: "documented once",
    source: "Adobe Target developer guide, Allowlist edges, its history until October 2025",
    observable: "no",
    reason: "history",
    because: "derive no host from a hint",
  },
  {
    id: "VI-07",
    says: "In the page, the cookie mbox holds the id as PC#TNTID#EXPIRY.",
    confidence: "practised",
    source: "Segment, function sample for Adobe Target",
    observable: "no",
    reason: "another API",
    because: "a browser's cookie",
  },
  {
    id: "VI-08",
    says: "mbox3rdPartyId is your company's visitor id, such as a loyalty programme's membership id.",
    confidence: "documented",
    source: THIRD_PARTY_ID,
    observable: "no",
    reason: "advice",
    because: "says what to use as id",
  },
  seenByItsEffect({
    id: "VI-09",
    says: "An mbox3rdPartyId of 128 characters is taken: the Delivery API allows 128, the limits page 256.",
    confidence: "documented",
    source: `${LIMITS}; ${DELIVERY_OPENAPI}, VisitorId`,
    check: async (subject) => {
      const value = subject.freshId().padEnd(SAFE_LENGTH, "0");
      const member = { kind: "member", value } as const;
      await subject.control.seed(member, {});
      await postUpdate(subject, member, { cnLong: "1" });
      await expectAttributes(subject, member, { cnLong: "1" });
    },
  }),
  {
    id: "VI-10",
    says: "Which of the two limits holds, and what becomes of a longer id.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    because: "switches memberIdMaxLength, idTooLong; use 128 or less",
  },
  seenByItsEffect({
    id: "VI-11",
    says: "A + or / in an mbox3rdPartyId is not taken, so that standard base64 is not possible.",
    confidence: "documented",
    source: `${BULK_METHODS}, "You cannot send the following characters"; what is answered is not said`,
    check: async (subject) => {
      for (const forbidden of ["+", "/"]) {
        const member = { kind: "member", value: `${subject.freshId()}${forbidden}a` } as const;
        await subject.control.seed(member, {});
        await postUpdate(subject, member, { cnForbidden: "1" });
        await expectAttributes(subject, member, { cnForbidden: undefined });
      }
    },
  }),
  seenByItsEffect({
    id: "VI-12",
    says: "Hexadecimal and base64url are fine as mbox3rdPartyId.",
    confidence: "inferred",
    source: `${BULK_METHODS}: neither + nor / occurs in them`,
    check: async (subject) => {
      const hex = subject.freshId().replaceAll("-", "");
      for (const value of [hex, `${hex}-_=`]) {
        const member = { kind: "member", value } as const;
        await subject.control.seed(member, {});
        await postUpdate(subject, member, { cnSafe: "1" });
        await expectAttributes(subject, member, { cnSafe: "1" });
      }
    },
  }),
  seenByItsEffect({
    id: "VI-13",
    says: "An mbox3rdPartyId is case-sensitive.",
    confidence: "documented",
    source: `${SINGLE_API}, "Parameters and values are case-sensitive"`,
    check: async (subject) => {
      const id = subject.freshId();
      const [upper, lower] = [`A${id}`, `a${id}`].map(
        (value) => ({ kind: "member", value }) as const,
      );
      await subject.control.seed(upper!, {});
      await subject.control.seed(lower!, {});
      await postUpdate(subject, upper!, { cnWho: "upper" });
      await expectAttributes(subject, lower!, { cnWho: undefined });
      await expectAttributes(subject, upper!, { cnWho: "upper" });
    },
  }),
  seenByItsEffect({
    id: "VI-14",
    says: "An mbox3rdPartyId is one value: a list in it is one id.",
    confidence: "documented",
    source: `${THIRD_PARTY_ID}, "You can send only one value in this parameter"`,
    check: async (subject) => {
      const [first, second] = [await subject.member(), await subject.member()];
      const both = { kind: "member", value: `${first.value},${second.value}` } as const;
      await postUpdate(subject, both, { cnList: "1" });
      await expectAttributes(subject, first, { cnList: undefined });
      await expectAttributes(subject, second, { cnList: undefined });
    },
  }),
  seenInTime({
    id: "VI-15",
    says: "The two ids of a visitor are first linked when one call of the page carries both; it has to carry them every time.",
    confidence: "documented",
    source: `${THIRD_PARTY_ID}; ${IDENTIFYING}`,
    check: async (subject) => {
      const { browser, member } = await subject.control.newPair();
      await subject.control.visitSite(browser, { cnBefore: "1" });
      await subject.control.advance(HOUR_MS);
      await expectAttributes(subject, member, { cnBefore: undefined });
      await subject.control.visitSiteAsBoth(browser, member, { cnAfter: "1" });
      await subject.control.advance(11 * MINUTE_MS);
      await expectAttributes(subject, member, { cnAfter: "1" });
    },
  }),
  seenInTime({
    id: "VI-16",
    says: "Where both hold an attribute, the one stored under mbox3rdPartyId overwrites the one of the PCID.",
    confidence: "documented",
    source: `${THIRD_PARTY_ID}, table with category=hats and category=skis`,
    check: async (subject) => {
      const { browser, member } = await subject.control.newPair();
      await subject.control.visitSite(browser, { category: "hats" });
      await subject.control.visitSite(member, { category: "skis" });
      await subject.control.advance(HOUR_MS);
      await subject.control.visitSiteAsBoth(browser, member, {});
      await subject.control.advance(11 * MINUTE_MS);
      await expectAttributes(subject, member, { category: "skis" });
      await expectAttributes(subject, browser, { category: "skis" });
    },
  }),
  seenInTime({
    id: "VI-17",
    says: "The merged attributes are saved under mbox3rdPartyId within 5 to 10 minutes, and stay after the visitor logs out.",
    confidence: "documented",
    source: `${THIRD_PARTY_ID}, "Updates are synced with the profile store every 5-10 minutes"`,
    check: async (subject) => {
      const { browser, member } = await subject.control.newPair();
      await subject.control.visitSiteAsBoth(browser, member, { cnSynced: "1" });
      await expectAttributes(subject, member, { cnSynced: undefined });
      await subject.control.advance(10 * MINUTE_MS);
      await expectAttributes(subject, member, { cnSynced: "1" });
      await subject.control.advance(DAY_MS);
      await expectAttributes(subject, member, { cnSynced: "1" });
    },
  }),
  seenInTime({
    id: "VI-18",
    says: "When the visitor's session ends, the merged data replaces what was held under mbox3rdPartyId: an update made during the session can be overwritten.",
    confidence: "documented",
    source: `${THIRD_PARTY_ID}, "the merged data replaces the previous data"; a session is 30 minutes; the race is inferred`,
    check: async (subject) => {
      const { browser, member } = await subject.control.newPair();
      await subject.control.visitSiteAsBoth(browser, member, { cnRaced: "site" });
      await subject.control.advance(11 * MINUTE_MS);
      await postUpdate(subject, member, { cnRaced: "api" });
      await expectAttributes(subject, member, { cnRaced: "api" });
      await subject.control.advance(31 * MINUTE_MS);
      await expectAttributes(subject, member, { cnRaced: "site" });
    },
  }),
  {
    id: "VI-19",
    says: "When a visitor logs in, all attributes held under the mbox3rdPartyId are available at once.",
    confidence: "documented",
    source: `${VISITOR_PROFILE}, "immediately available"`,
    observable: "no",
    reason: "another API",
    because: "available to the page's activities; what a fetch shows is VI-16 and VI-17",
  },
  {
    id: "VI-20",
    says: "Do not mix mbox3rdPartyId with setCustomerId or customerIds.",
    confidence: "documented",
    source: THIRD_PARTY_ID,
    observable: "no",
    reason: "advice",
    because: "says what the page should not do",
  },
  {
    id: "VI-21",
    says: "With the Web SDK, the id goes into identityMap under the namespace set in the datastream.",
    confidence: "documented",
    source: "Adobe Target developer guide, Web SDK, Using mbox3rdPartyId",
    observable: "no",
    reason: "another API",
    because: "the Web SDK",
  },
  seenInTime({
    id: "VI-22",
    says: "A profile expires after 14 days without activity, and not before.",
    confidence: "documented",
    source: `${LIFETIME}; up to 90 days by Client Care, not retroactively`,
    check: async (subject) => {
      const member = await subject.control.newMember({ cnAge: "1" });
      await subject.control.advance(13 * DAY_MS);
      await expectAttributes(subject, member, { cnAge: "1" });
      await subject.control.advance(1 * DAY_MS + MINUTE_MS);
      await expectNoProfile(subject, member);
    },
  }),
  seenInTime({
    id: "VI-23",
    says: "A visit to the site counts as activity.",
    confidence: "documented",
    source: `${LIFETIME}, inactivity`,
    check: async (subject) => {
      const member = await subject.control.newMember({ cnAge: "1" });
      await subject.control.advance(13 * DAY_MS);
      await subject.control.visitSite(member, {});
      await subject.control.advance(13 * DAY_MS);
      await expectAttributes(subject, member, { cnAge: "1" });
    },
  }),
  {
    id: "VI-24",
    says: "Another page says that profiles inactive for 90 days are deleted.",
    confidence: "documented",
    source: PRIVACY_PAGE,
    observable: "no",
    reason: "unknown",
    because: "the two pages disagree: switch lifetimeDays",
  },
  {
    id: "VI-25",
    says: "Whether an update by API counts as activity.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    because: "switch updateExtendsLifetime",
  },
];
