import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import type { Paint } from "./brand/paint.ts";

const CONFIG_KEY = "config";

/** A configuration as the page works with it. */
export interface PageConfig extends KioskConfig {
  /** What its brand's colour comes to, where it gives one. */
  readonly paint?: Paint;
}

/**
 * A configuration, and the version of the app that found it good. It is kept with its paint, so that the
 * first picture of the next start is in its colours.
 */
interface KeptConfig {
  readonly checkedBy: string;
  readonly config: PageConfig;
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
  readonly last: () => Promise<PageConfig>;
  /** The proxy's, kept for the next start; nothing when it cannot be had or cannot be used. */
  readonly fetchNewest: () => Promise<PageConfig | undefined>;
}

/**
 * The rules for a configuration are loaded when there is one to check: a start with one that this
 * version of the app has checked before does not wait for them.
 */
export function createConfigSource(deps: ConfigSourceDeps): ConfigSource {
  const { kept, appVersion } = deps;

  return {
    async last() {
      const stored = await kept.get(CONFIG_KEY).catch(() => undefined);
      if (isCheckedBy(appVersion, stored)) return stored.config;
      if (typeof stored !== "object" || stored === null || !("config" in stored)) {
        return shippedExample();
      }
      const { configFromKept } = await import("./check-config.ts");
      return configFromKept(stored.config) ?? shippedExample();
    },

    async fetchNewest() {
      const { fetchConfig } = await import("./check-config.ts");
      const config = await fetchConfig(deps);
      if (config === undefined) return undefined;
      try {
        const checked: KeptConfig = { checkedBy: appVersion, config };
        await kept.put(CONFIG_KEY, checked);
      } catch {
        // No room to keep it: it serves this page life, and the next start asks again.
      }
      return config;
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
