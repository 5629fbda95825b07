import { batchOf, submitBatch } from "../batches.ts";
import type { Fact } from "../fact.ts";
import { describeAnswer, expectEqual, expectThat, Mismatch } from "../mismatch.ts";
import {
  expectAttributes,
  expectTaken,
  fetchProfile,
  isAcknowledged,
  postUpdate,
} from "../requests.ts";
import {
  API_SETTINGS,
  FETCH_API,
  NOBODY,
  OLD_API_SITE,
  PYTHON_MODULE,
  SEGMENT,
  TEALIUM,
} from "../sources.ts";
import { isEmulator, type Subject, type Visitor } from "../subject.ts";
import { DAY_MS } from "../time.ts";
import type { HttpAnswer } from "../http-port.ts";

const OTHER_HOST = "tokens are made at mc.adobe.io, and a new one ends the one in use";

/** Source: the sample of the old site, 90 days less a second. */
const EXPIRES_IN_S = 7_775_999;

export const AUTHENTICATION: readonly Fact[] = [
  {
    id: "TK-01",
    says: "Unless the account requires authentication, the client code is all that is needed.",
    confidence: "documented",
    source: `${API_SETTINGS}, implied: authentication is a setting`,
    observable: "live",
    needs: ["no token"],
    check: async (subject) => {
      const answer = await fetchProfile(subject, stranger(subject), subject.httpWithoutToken);
      expectThat("an answer other than 401 or 403", !isForbidden(answer), describeAnswer(answer));
    },
  },
  {
    id: "TK-02",
    says: "Authentication is switched on, and a token made, under Administration > Implementation > Profile API.",
    confidence: "documented",
    source: API_SETTINGS,
    observable: "no",
    reason: "user interface",
    because: "the emulator's control API stands in for it",
  },
  {
    id: "TK-03",
    says: "Once authentication is on, a single update without the token is not heard.",
    confidence: "documented",
    source: `${FETCH_API}, "all profile API requests must have the profile authentication token"; ${API_SETTINGS} speaks of bulk only; ${SEGMENT} and ${TEALIUM} send it on single updates`,
    switches: ["authenticationScope"],
    observable: "live",
    needs: ["writes", "token", "member"],
    check: async (subject) => {
      const member = await subject.member();
      const attributes = { cnUnheard: subject.freshId() };
      const answer = await postUpdate(subject, member, attributes, subject.httpWithoutToken);
      expectRefused(answer);
      if (isEmulator(subject)) await expectAttributes(subject, member, { cnUnheard: undefined });
    },
  },
  {
    id: "TK-04",
    says: "Once authentication is on, a fetch without the token is not heard.",
    confidence: "documented",
    source: `${FETCH_API}, "all profile API requests must have the profile authentication token set in the request headers"`,
    observable: "live",
    needs: ["token"],
    check: async (subject) => {
      expectRefused(await fetchProfile(subject, stranger(subject), subject.httpWithoutToken));
    },
  },
  {
    id: "TK-05",
    says: "Once authentication is on, a bulk update without the token is not heard.",
    confidence: "documented",
    source: `${API_SETTINGS}, "require that the Bulk Update API call require a valid access token"`,
    observable: "live",
    needs: ["writes", "token"],
    check: async (subject) => {
      const batch = batchOf("thirdPartyId,cnUnheard", `${subject.freshId()},1`);
      expectRefused(await submitBatch(subject, "v1", batch, subject.httpWithoutToken));
    },
  },
  {
    id: "TK-06",
    says: "The token is shown as Authorization: Bearer TOKEN.",
    confidence: "documented",
    source: `${API_SETTINGS}, "Authorization" : "Bearer"; ${SEGMENT}`,
    observable: "live",
    needs: ["token"],
    check: async (subject) => {
      const answer = await fetchProfile(subject, stranger(subject), subject.httpWithoutToken, {
        headers: { authorization: `Bearer ${subject.token}` },
      });
      expectThat("an answer other than a refusal", !isForbidden(answer), describeAnswer(answer));
    },
  },
  {
    id: "TK-07",
    says: "With the token, a single update is taken.",
    confidence: "practised",
    source: `${SEGMENT}; ${TEALIUM}`,
    observable: "live",
    needs: ["writes", "token", "member"],
    check: async (subject) => {
      const member = await subject.member();
      const attributes = { cnHeard: subject.freshId() };
      await expectTaken(subject, await postUpdate(subject, member, attributes), member, attributes);
    },
  },
  {
    id: "TK-08",
    says: "Whether the header access_token, which the old site shows, is still heard.",
    confidence: "undocumented",
    source: `${OLD_API_SITE}; ${PYTHON_MODULE} still sends it`,
    observable: "no",
    reason: "unknown",
    switches: ["accessTokenHeader"],
    because: "nothing is documented",
  },
  {
    id: "TK-09",
    says: "A token is made by POST /TENANT/target/authentication/token?scope=profile_api with an IMS token and an API key: JSON with accessToken, tokenType bearer, scope profile_api and expiresIn.",
    confidence: "documented once",
    source: `${OLD_API_SITE}, Authentication, sample`,
    observable: "emulator-only",
    because: OTHER_HOST,
    needs: ["token", "control"],
    check: async ({ control }) => {
      const { accessToken: _, ...rest } = await control.makeToken();
      const expected = { tokenType: "bearer", scope: "profile_api", expiresIn: EXPIRES_IN_S };
      expectEqual("answer beside the token", rest, expected);
    },
  },
  {
    id: "TK-10",
    says: "A token is a UUID.",
    confidence: "documented once",
    source: `${OLD_API_SITE}, sample bbf8ae69-6e29-4b8e-b3d6-f7567723f5b0`,
    observable: "emulator-only",
    because: OTHER_HOST,
    needs: ["token", "control"],
    check: async ({ control }) => {
      const { accessToken } = await control.makeToken();
      const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(accessToken);
      expectThat("a UUID", isUuid, accessToken);
    },
  },
  {
    id: "TK-11",
    says: "A token expires when it says, after 90 days: heard until then, refused afterwards.",
    confidence: "documented",
    source: `${API_SETTINGS}, "expires according to the time listed in the Expires In box"; 90 days from the sample of the ${OLD_API_SITE}`,
    observable: "emulator-only",
    because: "the clock has to be moved",
    needs: ["token", "control", "time travel"],
    check: async (subject) => {
      const { accessToken } = await subject.control.makeToken();
      await subject.control.advance(EXPIRES_IN_S * 1_000 - DAY_MS);
      expectThat(
        "heard a day before its end",
        !isForbidden(await shown(subject, accessToken)),
        "refused",
      );
      await subject.control.advance(DAY_MS + 1_000);
      expectRefused(await shown(subject, accessToken));
    },
  },
  {
    id: "TK-12",
    says: "Making a new token ends the one before it.",
    confidence: "documented",
    source: `${API_SETTINGS}, "Resetting this token will cause API calls using the current token to fail"`,
    observable: "emulator-only",
    because: OTHER_HOST,
    needs: ["token", "control"],
    check: async (subject) => {
      const { accessToken: former } = await subject.control.makeToken();
      const { accessToken: present } = await subject.control.makeToken();
      expectRefused(await shown(subject, former));
      expectThat("the new one is heard", !isForbidden(await shown(subject, present)), "refused");
    },
  },
  {
    id: "TK-13",
    says: "Tokens are made by an Approver or above.",
    confidence: "documented",
    source: API_SETTINGS,
    observable: "no",
    reason: "user interface",
    because: "says who may press the button",
  },
  {
    id: "TK-14",
    says: "A call with a wrong token gets status 403.",
    confidence: "practised",
    source: `${SEGMENT}, adobeTarget_operations.ts maps the text Forbidden to 403`,
    observable: "live",
    needs: ["token"],
    check: async (subject) => {
      const answer = await shown(subject, subject.freshId());
      if (answer.status !== 403) throw new Mismatch("status 403", describeAnswer(answer));
    },
  },
  {
    id: "TK-15",
    says: "The body of that refusal, and whether a missing token gets 401.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["authenticationFailure"],
    because: "nothing is documented",
  },
];

/** Nobody's: whether it may be asked for is told apart from what is known of it. */
function stranger(subject: Subject): Visitor {
  return { kind: "member", value: subject.freshId() };
}

function shown(subject: Subject, token: string): Promise<HttpAnswer> {
  return fetchProfile(subject, stranger(subject), subject.httpWithoutToken, {
    headers: { authorization: `Bearer ${token}` },
  });
}

function isForbidden(answer: HttpAnswer): boolean {
  const isRefusedBody = answer.text.includes("<success>false</success>");
  return answer.status === 401 || answer.status === 403 || isRefusedBody;
}

function expectRefused(answer: HttpAnswer): void {
  if (isAcknowledged(answer) || !isForbidden(answer)) {
    throw new Mismatch("a refusal", describeAnswer(answer));
  }
}
