import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { KeptStore } from "../outbox/kept-store.ts";

const CONFIG_KEY = "config";

/** A configuration, and the version of the app that found it good. */
interface KeptConfig {
  readonly checkedBy: string;
  readonly config: KioskConfig;
}

export interface ConfigSourceDeps {
  readonly kept: KeptStore;
  readonly fetch: (path: string) => Promise<Response>;
  readonly appVersion: string;
  /** Told why a configuration is not used, naming the field. */
  readonly warn: (sentence: string) => void;
  /** Told of each that was checked its first wrong field: empty for the whole, nothing of a good one. */
  readonly onChecked: (wrongField: string | undefined) => void;
}

/** Where the kiosk's configuration comes from. Applying it, when idle, is the caller's. */
export interface ConfigSource {
  /** The last good one, else the shipped example: there is always one. */
  readonly last: () => Promise<KioskConfig>;
  /** The proxy's, kept for the next start; nothing when it cannot be had or cannot be used. */
  readonly fetchNewest: () => Promise<KioskConfig | undefined>;
}

/**
 * The rules for a configuration are loaded when there is one to check: a start with one that this
 * version of the app has checked before does not wait for them.
 */
export function createConfigSource(deps: ConfigSourceDeps): ConfigSource {
  const { kept, fetch, appVersion, warn } = deps;

  return {
    async last() {
      const stored = await kept.get(CONFIG_KEY).catch(() => undefined);
      if (isCheckedBy(appVersion, stored)) return stored.config;
      if (typeof stored !== "object" || stored === null || !("config" in stored)) {
        return shippedExample();
      }
      const { KioskConfig } = await import("../contract/kiosk-config.ts");
      const parsed = KioskConfig.safeParse(stored.config);
      return parsed.success ? parsed.data : shippedExample();
    },

    async fetchNewest() {
      const { KioskConfig, CONFIG_PATH } = await import("../contract/kiosk-config.ts");
      const answer = await answerOf(fetch, CONFIG_PATH);
      if (answer === undefined) return undefined;
      const parsed = KioskConfig.safeParse(answer);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        const field = issue?.path.join(".") ?? "";
        const what = issue?.message ?? "unusable";
        warn(`The kiosk configuration was ignored: ${field || "the whole"}: ${what}`);
        deps.onChecked(field);
        return undefined;
      }
      deps.onChecked(undefined);
      try {
        const checked: KeptConfig = { checkedBy: appVersion, config: parsed.data };
        await kept.put(CONFIG_KEY, checked);
      } catch {
        // No room to keep it: it serves this page life, and the next start asks again.
      }
      return parsed.data;
    },
  };
}

/** Needed once in a kiosk's life, and therefore no part of what every start loads. */
async function shippedExample(): Promise<KioskConfig> {
  return (await import("../contract/example-config.ts")).EXAMPLE_CONFIG;
}

/** Only this app writes here, and only what it has checked. */
function isCheckedBy(appVersion: string, stored: unknown): stored is KeptConfig {
  return (
    typeof stored === "object" &&
    stored !== null &&
    "config" in stored &&
    "checkedBy" in stored &&
    stored.checkedBy === appVersion
  );
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
