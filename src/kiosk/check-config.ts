/** What is to be loaded only where there is a configuration to check. */
import { CONFIG_PATH, KioskConfig } from "../contract/kiosk-config.ts";
import { paintFrom } from "./brand/paint.ts";
import type { ConfigSourceDeps, PageConfig } from "./config.ts";

/** The proxy's, painted; nothing when it cannot be had, or is wrong, which is told by the field. */
export async function fetchConfig(
  deps: Pick<ConfigSourceDeps, "fetch" | "warn" | "onChecked">,
): Promise<PageConfig | undefined> {
  const answer = await answerOf(deps.fetch, CONFIG_PATH);
  if (answer === undefined) return undefined;
  const parsed = KioskConfig.safeParse(answer);
  if (parsed.success) {
    deps.onChecked(undefined);
    return painted(parsed.data);
  }
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  deps.onChecked(field);
  deps.warn(
    `The kiosk configuration was ignored: ${field || "the whole"}: ${issue?.message ?? "unusable"}`,
  );
  return undefined;
}

/** What another version of the app has kept, painted anew; nothing where this one cannot use it. */
export function configFromKept(kept: unknown): PageConfig | undefined {
  if (typeof kept !== "object" || kept === null) return undefined;
  const { paint: _paint, ...config } = kept as Partial<PageConfig>;
  const parsed = KioskConfig.safeParse(config);
  return parsed.success ? painted(parsed.data) : undefined;
}

function painted(config: KioskConfig): PageConfig {
  const { brandColour } = config;
  return brandColour === undefined ? config : { ...config, paint: paintFrom(brandColour) };
}

/** JSON from the proxy; nothing for a dead link, a portal's page or an error. */
async function answerOf(fetch: ConfigSourceDeps["fetch"], path: string): Promise<unknown> {
  try {
    const response = await fetch(path);
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return response.ok && isJson ? await response.json() : undefined;
  } catch {
    // Unreachable or cut off: the last good configuration serves.
    return undefined;
  }
}
