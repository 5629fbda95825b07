import { seenInTime, seenByItsEffect, seenByItsAnswer, type Fact } from "../fact.ts";
import { expectEqual, expectStatus } from "../mismatch.ts";
import { expectAcknowledged, expectAttributes, fetchProfile, postUpdate } from "../requests.ts";
import { FETCH_API, LIMITS, NOBODY, OLDEST_DOCS, SINGLE_API } from "../sources.ts";
import { DAY_MS, MINUTE_MS } from "../time.ts";

/** Source: "limited to performing 1 million updates in any rolling 24-hour period". */
const UPDATES_A_DAY = 1_000_000;

/** How often things may be called. */
export const QUOTAS: readonly Fact[] = [
  {
    id: "QU-01",
    says: "1,000,000 single updates may be made in any rolling 24 hours.",
    confidence: "documented",
    source: `${SINGLE_API}, "limited to performing 1 million updates in any rolling 24-hour period"`,
    observable: "emulator-only",
    because: "it would spend the account's day",
    needs: ["control"],
    check: async (subject) => {
      expectEqual("limit", (await subject.control.meter()).limit, UPDATES_A_DAY);
    },
  },
  seenByItsEffect({
    id: "QU-02",
    says: "An update over the limit is not taken.",
    confidence: "documented",
    source: `${SINGLE_API}, as before; what is answered is not said`,
    check: async (subject) => {
      const member = await subject.member();
      const { inWindow } = await subject.control.meter();
      await subject.control.tune({ limit: inWindow + 2 });
      await postUpdate(subject, member, { cnCall1: "1" });
      await postUpdate(subject, member, { cnCall2: "1" });
      await postUpdate(subject, member, { cnCall3: "1" });
      await expectAttributes(subject, member, { cnCall1: "1", cnCall2: "1", cnCall3: undefined });
    },
  }),
  seenInTime({
    id: "QU-03",
    says: "The 24 hours roll: what was called 24 hours ago no longer counts, what was called since does.",
    confidence: "documented",
    source: `${SINGLE_API}, "any rolling 24-hour period"`,
    check: async (subject) => {
      const member = await subject.member();
      await subject.control.advance(DAY_MS + MINUTE_MS);
      await subject.control.tune({ limit: 2 });
      await postUpdate(subject, member, { cnCall1: "1" });
      await subject.control.advance(DAY_MS / 2);
      await postUpdate(subject, member, { cnCall2: "1" });
      await subject.control.advance(DAY_MS / 2 + MINUTE_MS);
      await postUpdate(subject, member, { cnCall3: "1" });
      await postUpdate(subject, member, { cnCall4: "1" });
      await subject.control.advance(MINUTE_MS);
      await expectAttributes(subject, member, { cnCall3: "1", cnCall4: undefined });
    },
  }),
  seenByItsEffect({
    id: "QU-04",
    says: "A call is one update, however many attributes it carries.",
    confidence: "inferred",
    source: `${SINGLE_API} counts updates, older versions of it API calls; a call is about one visitor`,
    check: async (subject) => {
      const { inWindow } = await subject.control.meter();
      await postUpdate(subject, await subject.member(), { cnA: "1", cnB: "2", cnC: "3" });
      expectEqual("calls counted", (await subject.control.meter()).inWindow - inWindow, 1);
    },
  }),
  {
    id: "QU-05",
    says: "What is answered over the limit, and whether calls that were turned down count.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["overLimit", "refusedCallsCount"],
    because: "nothing is documented",
  },
  seenByItsAnswer({
    id: "QU-06",
    says: "The 50 calls a minute of other APIs do not hold for single updates.",
    confidence: "documented",
    source: `${LIMITS}: "does not apply to the Delivery and single profile update APIs"`,
    check: async (subject) => {
      const member = await subject.member();
      for (let call = 0; call < 60; call += 1) {
        expectAcknowledged(await postUpdate(subject, member, { cnOften: String(call) }));
      }
    },
  }),
  {
    id: "QU-07",
    says: "How many single updates a second are taken. A million a day is 11.57 a second on average.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["updatesPerSecond"],
    because: "nothing is documented",
  },
  seenInTime({
    id: "QU-08",
    says: "1,000,000 fetches may be made in 24 hours; one more fails with an error that tells when the next will succeed.",
    confidence: "documented once",
    source: `${OLDEST_DOCS}, Profile Fetch; absent from the current page`,
    switches: ["fetchLimit"],
    check: async (subject) => {
      const member = await subject.member();
      await subject.control.advance(DAY_MS + MINUTE_MS);
      await subject.control.tune({ fetchesPerDay: 1 });
      expectStatus(await fetchProfile(subject, member), 200);
      const over = await fetchProfile(subject, member);
      expectEqual("answered with a profile", over.status === 200, false);
      await subject.control.advance(DAY_MS + MINUTE_MS);
      expectStatus(await fetchProfile(subject, member), 200);
    },
  }),
  seenByItsEffect({
    id: "QU-09",
    says: "Fetches do not use up the million single updates.",
    confidence: "inferred",
    source: `${SINGLE_API} and ${FETCH_API}: each page has a limit of its own, or none`,
    check: async (subject) => {
      const { inWindow } = await subject.control.meter();
      await fetchProfile(subject, await subject.member());
      expectEqual("updates counted", (await subject.control.meter()).inWindow, inWindow);
    },
  }),
  {
    id: "QU-10",
    says: "The Delivery API takes 100 calls at a time per session (420 beyond), and bodies of 60 MB (413 beyond).",
    confidence: "documented",
    source: LIMITS,
    observable: "no",
    reason: "another API",
    because: "the Delivery API",
  },
  {
    id: "QU-11",
    says: "For recommendations in e-mail, stay below 1,000 calls a second or 25 times the peak, and grow by 200 a minute.",
    confidence: "documented",
    source: "Adobe Target business guide, Integrate Recommendations with email",
    observable: "no",
    reason: "advice",
    because: "about the Delivery API",
  },
  {
    id: "QU-12",
    says: "Status 429 is not documented for any of Target's APIs; 503 and 420 are.",
    confidence: "undocumented",
    source: LIMITS,
    observable: "no",
    reason: "unknown",
    switches: ["overLimit", "fetchLimit"],
    because: "a client should bear it",
  },
];
