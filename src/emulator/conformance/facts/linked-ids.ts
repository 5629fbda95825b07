import { seenInTime, type Fact } from "../fact.ts";
import { expectAttributes, expectNoProfile, postUpdate } from "../requests.ts";
import {
  IDENTIFYING,
  LIFETIME,
  NOBODY,
  PRIVACY_PAGE,
  THIRD_PARTY_ID,
  VISITOR_PROFILE,
} from "../sources.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../time.ts";

/** How the two ids of a visitor come together, and how long a profile lasts. */
export const LINKED_IDS: readonly Fact[] = [
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
    switches: ["sessionEndOverwrites"],
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
    switches: ["lifetimeDays"],
    because: "the two pages disagree",
  },
  {
    id: "VI-25",
    says: "Whether an update by API counts as activity.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["updateExtendsLifetime"],
    because: "nothing is documented",
  },
];
