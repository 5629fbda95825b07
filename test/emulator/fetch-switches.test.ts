import { expect, it } from "vitest";
import { anEmulator } from "../support/target-world.ts";

const CARD = "2912345678906";
const ECID = "12345678901234567890123456789012345678";

it.each([
  ["marketing-cloud-visitor-id", "marketing cloud visitor id"],
  ["ecid", "ECID"],
  ["parameter-name", "marketingCloudVisitorId"],
] as const)("[EM1] ecidNotFound: %s", async (ecidNotFound, name) => {
  const { fetchProfile } = anEmulator({ switches: { ecidNotFound } });
  const answer = await fetchProfile(`marketingCloudVisitorId/${ECID}`);
  expect(answer.statusCode).toBe(404);
  expect(answer.body).toBe(
    `{"status" : 404, "message" : "No profile found for client demo with ${name}=${ECID}"}`,
  );
});

it.each([
  ["visitor-id", { client: "demo", visitorId: CARD }],
  ["mbox-pc", { client: "demo", thirdPartyId: CARD }],
] as const)("[EM1] fetchShape: %s", async (fetchShape, expected) => {
  const { fetchProfile } = anEmulator({ switches: { fetchShape } });
  const {
    modifiedAt: _,
    profileAttributes: __,
    ...names
  } = (await fetchProfile(`thirdPartyId/${CARD}`)).json();
  expect(names).toEqual(expected);
});

it.each([
  ["status-503", 503],
  ["status-429", 429],
  ["status-403", 403],
  ["none", 200],
] as const)(
  "[EM1] fetchLimit: %s, with the time until the next one",
  async (fetchLimit, status) => {
    const { fetchProfile, tune, advance } = anEmulator({ switches: { fetchLimit } });
    tune({ fetchesPerDay: 2 });
    await fetchProfile(`thirdPartyId/${CARD}`);
    advance(3_600_000);
    await fetchProfile(`thirdPartyId/${CARD}`);
    advance(3_600_000);
    const answer = await fetchProfile(`thirdPartyId/${CARD}`);
    expect(answer.statusCode).toBe(status);
    if (status === 200) return;
    // The refused one counts as well, so the second has to leave the window too.
    const [, seconds] = answer.json().message.match(/in (\d+) seconds$/);
    expect(Number(seconds)).toBe(23 * 3_600);
    advance(Number(seconds) * 1_000);
    expect((await fetchProfile(`thirdPartyId/${CARD}`)).statusCode).toBe(200);
  },
);
