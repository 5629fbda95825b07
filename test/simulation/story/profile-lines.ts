import * as z from "zod";

const FetchedProfile = z.object({
  visitorId: z.string(),
  profileAttributes: z.record(z.string(), z.object({ value: z.string() })),
});

/** Target's answer to a profile fetch in few short lines: the member, then each attribute's value. */
export function profileLines(answer: unknown): string {
  const { visitorId, profileAttributes } = FetchedProfile.parse(answer);
  const attributes = Object.entries(profileAttributes).map(
    ([name, { value }]) => `"${name}":\n  "${value}"`,
  );
  return [`"visitorId":\n  "${visitorId}"`, ...attributes].join("\n");
}
