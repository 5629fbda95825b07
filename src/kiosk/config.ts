import { EXAMPLE_CONFIG } from "../contract/example-config.ts";
import { CONFIG_PATH, KioskConfig } from "../contract/kiosk-config.ts";
import type { KeptStore } from "../outbox/kept-store.ts";

const CONFIG_KEY = "config";

export interface ConfigSourceDeps {
  readonly kept: KeptStore;
  readonly fetch: (path: string) => Promise<Response>;
  /** Told why a configuration is not used, naming the field. */
  readonly warn: (sentence: string) => void;
}

/** Where the kiosk's configuration comes from. Applying it, when idle, is the caller's. */
export interface ConfigSource {
  /** The last good one, else the shipped example: there is always one. */
  readonly last: () => Promise<KioskConfig>;
  /** The proxy's, kept for the next start; nothing when it cannot be had or cannot be used. */
  readonly fetchNewest: () => Promise<KioskConfig | undefined>;
}

export function createConfigSource({ kept, fetch, warn }: ConfigSourceDeps): ConfigSource {
  return {
    async last() {
      const stored = await kept.get(CONFIG_KEY).catch(() => undefined);
      const parsed = KioskConfig.safeParse(stored);
      return parsed.success ? parsed.data : EXAMPLE_CONFIG;
    },

    async fetchNewest() {
      const answer = await answerOf(fetch);
      if (answer === undefined) return undefined;
      const parsed = KioskConfig.safeParse(answer);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        const field = issue?.path.join(".") || "the whole";
        warn(`The kiosk configuration was ignored: ${field}: ${issue?.message ?? "unusable"}`);
        return undefined;
      }
      try {
        await kept.put(CONFIG_KEY, parsed.data);
      } catch {
        // No room to keep it: it serves this page life, and the next start asks again.
      }
      return parsed.data;
    },
  };
}

/** JSON from the proxy; nothing for a dead link, a portal's page or an error. */
async function answerOf(fetch: ConfigSourceDeps["fetch"]): Promise<unknown> {
  try {
    const response = await fetch(CONFIG_PATH);
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return response.ok && isJson ? await response.json() : undefined;
  } catch {
    // Unreachable or cut off: the last good configuration serves.
    return undefined;
  }
}
