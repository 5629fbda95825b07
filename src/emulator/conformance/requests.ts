import * as z from "zod";
import { describeAnswer, expectEqual, expectThat, Mismatch } from "./mismatch.ts";
import { isEmulator, type Subject, type Visitor } from "./subject.ts";
import type { HttpAnswer, HttpPort, HttpRequest } from "./http-port.ts";

export const FORM = { "content-type": "application/x-www-form-urlencoded" } as const;

export type Attributes = Readonly<Record<string, string>>;

/** `mbox3rdPartyId=…&profile.a=…`, URL-encoded UTF-8. */
export function updateParameters(visitor: Visitor, attributes: Attributes): string {
  const profile = Object.entries(attributes).map(([name, value]) => [`profile.${name}`, value]);
  return encoded([
    [visitor.kind === "member" ? "mbox3rdPartyId" : "mboxPC", visitor.value],
    ...profile,
  ]);
}

export function encoded(pairs: Iterable<readonly string[]>): string {
  return [...pairs].map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
}

export function updatePath(subject: Subject, client = subject.client): string {
  return `/m2/${encodeURIComponent(client)}/profile/update`;
}

/** An update as the form body of a POST. */
export function postUpdate(
  subject: Subject,
  visitor: Visitor,
  attributes: Attributes,
  http: HttpPort = subject.http,
): Promise<HttpAnswer> {
  return postForm(subject, updateParameters(visitor, attributes), http);
}

export function postForm(
  subject: Subject,
  body: string,
  http: HttpPort = subject.http,
): Promise<HttpAnswer> {
  return http(updatePath(subject), { method: "POST", headers: FORM, body });
}

export function isAcknowledged(answer: HttpAnswer): boolean {
  return answer.status < 300 && answer.text.includes("<success>true</success>");
}

export function expectAcknowledged(answer: HttpAnswer): void {
  if (!isAcknowledged(answer)) throw new Mismatch("an acknowledgement", describeAnswer(answer));
}

/**
 * The update was acknowledged and, where one need not wait a day to see it, has its effect. On a
 * live service the acknowledgement is all that can be seen.
 */
export async function expectTaken(
  subject: Subject,
  answer: HttpAnswer,
  visitor: Visitor,
  attributes: Attributes,
): Promise<void> {
  expectAcknowledged(answer);
  if (isEmulator(subject)) await expectAttributes(subject, visitor, attributes);
}

/** These attributes are as given; `undefined` stands for one that must not be there. */
export async function expectAttributes(
  subject: Subject,
  visitor: Visitor,
  attributes: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const seen = await attributesOf(subject, visitor);
  for (const [name, value] of Object.entries(attributes)) {
    expectEqual(`value of "${name}"`, seen[name], value);
  }
}

/** What the profile says by now, times left out. A mismatch if there is no profile. */
export async function attributesOf(subject: Subject, visitor: Visitor): Promise<Attributes> {
  const profile = await readProfile(subject, visitor);
  const pairs = Object.entries(profile.profileAttributes).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(pairs) as Attributes;
}

const Profile = z.looseObject({
  client: z.string(),
  modifiedAt: z.string(),
  profileAttributes: z.record(
    z.string(),
    z.looseObject({ value: z.string(), modifiedAt: z.string() }),
  ),
});
export type Profile = z.infer<typeof Profile>;

export async function readProfile(subject: Subject, visitor: Visitor): Promise<Profile> {
  const answer = await fetchProfile(subject, visitor);
  const parsed = answer.status === 200 ? Profile.safeParse(parseJson(answer.text)) : undefined;
  if (parsed?.success !== true) throw new Mismatch("a profile as JSON", describeAnswer(answer));
  return parsed.data;
}

export function fetchProfile(
  subject: Subject,
  visitor: Visitor,
  http: HttpPort = subject.http,
  request?: HttpRequest,
): Promise<HttpAnswer> {
  return http(`${profilePath(visitor)}?client=${encodeURIComponent(subject.client)}`, request);
}

export function profilePath({ kind, value }: Visitor): string {
  const by = kind === "member" ? "thirdPartyId/" : "";
  return `/rest/v1/profiles/${by}${encodeURIComponent(value)}`;
}

export async function expectNoProfile(subject: Subject, visitor: Visitor): Promise<void> {
  const answer = await fetchProfile(subject, visitor);
  expectThat("status 404, since there is no profile", answer.status === 404, answer.status);
}

/** The value, or undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `count` attributes with values of 200 characters: no limit on one name or value is touched. */
export function manyAttributes(count: number, prefix = "cn"): Attributes {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `${prefix}${String(index).padStart(4, "0")}`,
      String(index).padStart(200, "x"),
    ]),
  );
}
