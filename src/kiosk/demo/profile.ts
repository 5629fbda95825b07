import * as z from "zod/mini";

/** Where the demo's server looks into Target for us. A body, because a card number belongs in no address. */
const PROFILE_PATH = "/demo/profile";

/** Target's answer to a profile fetch, as far as it is shown. */
const FetchedProfile = z.object({
  // Not a record: the page has no other, and it would come with the first load.
  profileAttributes: z.catchall(z.object({}), z.object({ value: z.string() })),
});

export type ProfileView =
  | { readonly type: "known"; readonly attributes: ReadonlyMap<string, string> }
  /** Target has no such visitor, and drops what is written to it. */
  | { readonly type: "unknown" }
  /** The demo's server did not answer. */
  | { readonly type: "unreachable" };

/** What Target holds about the member with this card. */
export async function lookUpProfile(
  card: string,
  fetch: typeof window.fetch,
): Promise<ProfileView> {
  try {
    const answer = await fetch(PROFILE_PATH, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ card }),
      cache: "no-store",
    });
    if (answer.status === 404) return { type: "unknown" };
    const parsed = FetchedProfile.safeParse(await answer.json());
    if (!answer.ok || !parsed.success) return { type: "unreachable" };
    const { profileAttributes } = parsed.data;
    const values = Object.entries(profileAttributes).map(
      ([name, { value }]) => [name, value] as const,
    );
    return { type: "known", attributes: new Map(values) };
  } catch {
    // No server, or no JSON from it: the panel says so and asks again.
    return { type: "unreachable" };
  }
}

/** Names whose value is not what it was, in the order they are shown. */
export function changedNames(before: ProfileView, after: ProfileView): readonly string[] {
  if (after.type !== "known") return [];
  const known = before.type === "known" ? before.attributes : new Map<string, string>();
  return [...after.attributes.entries()]
    .filter(([name, value]) => known.get(name) !== value)
    .map(([name]) => name);
}
