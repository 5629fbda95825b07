import * as z from "zod";

const FetchedProfile = z.object({
  profileAttributes: z.record(z.string(), z.object({ value: z.string() })),
});

/** Ours: characters of one line in the picture's frame. */
const LINE = 28;

/** The attributes of Target's answer to a profile fetch as JSON, names and values only, in narrow lines. */
export function profileLines(answer: unknown): string {
  const { profileAttributes } = FetchedProfile.parse(answer);
  const lines = Object.entries(profileAttributes).map(([name, { value }]) => {
    const line = `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    return line.length <= LINE ? line : line.replace(": ", ":\n    ");
  });
  return `{\n${lines.join(",\n")}\n}`;
}
