import { batchOf, takeBatch } from "../batches.ts";
import { seenByItsEffect, seenByReading, seenInTime, type Fact } from "../fact.ts";
import { describeAnswer, expectEqual, expectStatus, expectThat } from "../mismatch.ts";
import {
  expectAttributes,
  expectNoProfile,
  fetchProfile,
  postUpdate,
  profilePath,
  readProfile,
} from "../requests.ts";
import {
  CAMPAIGN_SENDER,
  FETCH_API,
  NOBODY,
  OLDEST_DOCS,
  PRIVACY_PAGE,
  PROFILES_API,
  SEGMENT,
  TEALIUM,
  VISITOR_PROFILE,
} from "../sources.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../time.ts";

/** Reading profiles, and what cannot be done with them. */
export const FETCH: readonly Fact[] = [
  {
    id: "PF-01",
    says: "A profile is fetched by Target's visitor id: GET /rest/v1/profiles/TNTID?client=CLIENT.",
    confidence: "documented",
    source: FETCH_API,
    observable: "live",
    needs: ["browser"],
    check: async (subject) => {
      await readProfile(subject, await subject.browser());
    },
  },
  seenByReading({
    id: "PF-02",
    says: "A profile is fetched by your own id: GET /rest/v1/profiles/thirdPartyId/ID?client=CLIENT.",
    confidence: "documented",
    source: FETCH_API,
    check: async (subject) => {
      await readProfile(subject, await subject.member());
    },
  }),
  {
    id: "PF-03",
    says: "A profile is fetched by the Experience Cloud ID: GET /rest/v1/profiles/marketingCloudVisitorId/ECID?client=CLIENT.",
    confidence: "documented",
    source: `${FETCH_API}, since December 2023`,
    observable: "emulator-only",
    because: "the suite is given no Experience Cloud ID of a live visitor",
    needs: ["control"],
    check: async (subject) => {
      const { ecid } = await subject.control.browserWithEcid({ cnEcid: "1" });
      const path = `/rest/v1/profiles/marketingCloudVisitorId/${ecid}`;
      const answer = await subject.http(`${path}?client=${encodeURIComponent(subject.client)}`);
      expectStatus(answer, 200);
      expectThat("the visitor's profile", answer.text.includes('"cnEcid"'), describeAnswer(answer));
    },
  },
  seenByReading({
    id: "PF-04",
    says: "The parameter client is required.",
    confidence: "documented",
    source: FETCH_API,
    check: async (subject) => {
      const answer = await subject.http(profilePath(await subject.member()));
      expectThat("no profile without client=", answer.status !== 200, describeAnswer(answer));
    },
  }),
  {
    id: "PF-05",
    says: "A profile is looked for in the cluster that the request names first, or wherever it lies.",
    confidence: "documented",
    source: FETCH_API,
    observable: "no",
    reason: "inside Target",
    because: "from outside there is one profile",
  },
  seenByReading({
    id: "PF-06",
    says: "A profile is a JSON object of client, visitorId, modifiedAt and profileAttributes.",
    confidence: "documented",
    source: `${PROFILES_API}, sample; older documentation has mboxPC and thirdPartyId in place of visitorId`,
    check: async (subject) => {
      const member = await subject.member();
      const profile = await readProfile(subject, member);
      expectEqual("client", profile.client, subject.client);
      const names = ["client", "modifiedAt", "profileAttributes", "visitorId"];
      expectEqual("members", Object.keys(profile).toSorted(), names);
    },
  }),
  seenByReading({
    id: "PF-07",
    says: "Attributes stand there without profile. before their names.",
    confidence: "documented",
    source: `${PROFILES_API}, sample`,
    check: async (subject) => {
      const { profileAttributes } = await readProfile(subject, await subject.member());
      const names = Object.keys(profileAttributes);
      const prefixed = names.filter((name) => name.startsWith("profile.")).length;
      expectEqual("names that begin with profile.", prefixed, 0);
    },
  }),
  seenByReading({
    id: "PF-08",
    says: "Each attribute is an object of value, a string, and modifiedAt.",
    confidence: "documented",
    source: `${PROFILES_API}, sample`,
    check: async (subject) => {
      const { profileAttributes } = await readProfile(subject, await subject.member());
      for (const attribute of Object.values(profileAttributes)) {
        expectEqual("members", Object.keys(attribute).toSorted(), ["modifiedAt", "value"]);
      }
    },
  }),
  seenByReading({
    id: "PF-09",
    says: "Times are ISO 8601 with milliseconds and a numeric offset.",
    confidence: "documented",
    source: `${PROFILES_API}, sample 2017-08-18T17:53:39.003-04:00`,
    check: async (subject) => {
      const profile = await readProfile(subject, await subject.member());
      const attributes = Object.values(profile.profileAttributes);
      for (const { modifiedAt } of [profile, ...attributes]) {
        const isSo = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:?\d\d$/.test(modifiedAt);
        expectThat("a time such as 2017-08-18T17:53:39.003-04:00", isSo, modifiedAt);
      }
    },
  }),
  seenInTime({
    id: "PF-10",
    says: "An attribute's modifiedAt is when it was changed, and the profile's the newest of all.",
    confidence: "inferred",
    source: `${PROFILES_API}, sample: each attribute has its own`,
    check: async (subject) => {
      const member = await subject.control.newMember({ cnOld: "1" });
      const before = await readProfile(subject, member);
      await subject.control.advance(HOUR_MS);
      await postUpdate(subject, member, { cnNew: "1" });
      const { profileAttributes, modifiedAt } = await readProfile(subject, member);
      const timeOf = (name: string) => profileAttributes[name]?.modifiedAt;
      expectEqual(
        "time of the older one",
        timeOf("cnOld"),
        before.profileAttributes["cnOld"]?.modifiedAt,
      );
      const sinceMs = Date.parse(timeOf("cnNew") ?? "") - Date.parse(timeOf("cnOld") ?? "");
      expectThat("an hour between the two", sinceMs >= HOUR_MS, sinceMs);
      expectEqual("time of the profile", modifiedAt, timeOf("cnNew"));
    },
  }),
  {
    id: "PF-11",
    says: "What profile scripts write keeps user. before its name.",
    confidence: "documented",
    source: `${PROFILES_API}, sample: user.memberlevel`,
    observable: "emulator-only",
    because: "needs an account with a profile script",
    needs: ["control"],
    check: async (subject) => {
      const member = await subject.control.newMember({ "user.cnLevel": "0.0" });
      await expectAttributes(subject, member, { "user.cnLevel": "0.0", cnLevel: undefined });
    },
  },
  {
    id: "PF-12",
    says: "A profile is an object of mboxPC, client, thirdPartyId and modifiedAt without an offset.",
    confidence: "documented once",
    source: `${OLDEST_DOCS}, Profile Fetch`,
    observable: "no",
    reason: "history",
    switches: ["fetchShape"],
    because: "PF-06 took its place, and the switch brings it back",
  },
  {
    id: "PF-13",
    says: 'Nobody by that thirdPartyId: status 404 and {"status" : 404, "message" : "No profile found for client CLIENT with third party id=ID"}.',
    confidence: "documented",
    source: FETCH_API,
    observable: "live",
    needs: [],
    check: async (subject) => {
      const value = subject.freshId();
      const answer = await fetchProfile(subject, { kind: "member", value });
      expectStatus(answer, 404);
      const message = `No profile found for client ${subject.client} with third party id=${value}`;
      expectEqual("body", answer.text.trim(), `{"status" : 404, "message" : "${message}"}`);
    },
  },
  {
    id: "PF-14",
    says: 'Nobody by that tntId: status 404 and {"status" : 404, "message" : "No profile found for client CLIENT with mboxPC=ID"}.',
    confidence: "documented",
    source: FETCH_API,
    observable: "live",
    needs: [],
    check: async (subject) => {
      const value = subject.freshId();
      const answer = await fetchProfile(subject, { kind: "browser", value });
      expectStatus(answer, 404);
      const message = `No profile found for client ${subject.client} with mboxPC=${value}`;
      expectEqual("body", answer.text.trim(), `{"status" : 404, "message" : "${message}"}`);
    },
  },
  {
    id: "PF-15",
    says: "The text of the 404 for an Experience Cloud ID.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["ecidNotFound"],
    because: "nothing is documented",
  },
  {
    id: "PF-16",
    says: "Fetches do not count toward mbox calls.",
    confidence: "documented",
    source: FETCH_API,
    observable: "no",
    reason: "billing",
    because: "it stands on an invoice, if anywhere",
  },
  seenInTime({
    id: "PF-17",
    says: "A visitor the site sees for the first time can be fetched only after 30 minutes of inactivity, when the profile is saved.",
    confidence: "documented",
    source: `${VISITOR_PROFILE}, "After 30 minutes of inactivity, the profile is saved to the Target database"; ${SEGMENT} and ${TEALIUM} see about an hour`,
    switches: ["newVisitor"],
    check: async (subject) => {
      const visitor = { kind: "browser", value: subject.freshId() } as const;
      await subject.control.visitSite(visitor, { cnNewcomer: "1" });
      await expectNoProfile(subject, visitor);
      await subject.control.advance(31 * MINUTE_MS);
      await expectAttributes(subject, visitor, { cnNewcomer: "1" });
    },
  }),
  seenByItsEffect({
    id: "PF-18",
    says: "After a bulk update a 404 means not yet loaded: the profile is there once the batch has been worked off.",
    confidence: "practised",
    source: CAMPAIGN_SENDER,
    check: async (subject) => {
      const visitor = { kind: "member", value: subject.freshId() } as const;
      await takeBatch(subject, "v2", batchOf("thirdPartyId,cnLoaded", `${visitor.value},1`));
      await expectNoProfile(subject, visitor);
      await subject.control.advance(DAY_MS);
      await expectAttributes(subject, visitor, { cnLoaded: "1" });
    },
  }),
  {
    id: "PF-19",
    says: "There is no way to delete a profile here.",
    confidence: "documented",
    source: `${PRIVACY_PAGE}: deletion is a job of Adobe Privacy Service`,
    observable: "emulator-only",
    because: "if there were, it would delete",
    needs: ["writes", "control"],
    check: async (subject) => {
      const member = await subject.control.newMember({ cnStays: "1" });
      await fetchProfile(subject, member, subject.http, { method: "DELETE" });
      await expectAttributes(subject, member, { cnStays: "1" });
    },
  },
  {
    id: "PF-20",
    says: "A Privacy Service job names visitors by the namespaces THIRDPARTYID, TNTID (9) and ECID (4).",
    confidence: "documented",
    source: PRIVACY_PAGE,
    observable: "no",
    reason: "another API",
    because: "Adobe Privacy Service",
  },
];
