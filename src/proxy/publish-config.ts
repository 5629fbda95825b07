import { createHash } from "node:crypto";
import { EXAMPLE_CONFIG } from "../contract/example-config.ts";
import { KioskConfig } from "../contract/kiosk-config.ts";
import { createConfigBook, type ConfigBook } from "./config-book.ts";
import { parseJson } from "./parse-json.ts";
import type { PublishedConfig, Store } from "./store/store.ts";

/** The book of all there ever were, going on as more is published, here or by another proxy. */
export interface LiveConfigBook extends ConfigBook {
  /** Resolves when they are in the store, and known here. */
  readonly publish: (configs: readonly KioskConfig[], nowMs: number) => Promise<void>;
}

/** Ours: however many updates name a version nobody here knows, the store is asked this often at most. */
const ASK_EVERY_MS = 2_000;

/**
 * Publishes the configurations kiosks are given from now on, and opens the book of all there ever were.
 * The shipped example is always among them: a kiosk that never reached its proxy works with it.
 *
 * An update under a version unknown here has the store asked, since another proxy on it may have
 * published that a moment ago; the update waits on its kiosk meanwhile.
 *
 * @param warn told in words, once, of a stored one that this version of the program cannot read
 */
export async function openConfigBook(
  store: Pick<Store, "publishConfig" | "publishedConfigs">,
  current: readonly KioskConfig[],
  nowMs: number,
  warn: (sentence: string) => void,
): Promise<LiveConfigBook> {
  const warned = new Set<string>();
  let book = createConfigBook([EXAMPLE_CONFIG]);
  let askedMs = -Infinity;

  const read = async (): Promise<readonly PublishedConfig[]> => {
    const stored = await store.publishedConfigs();
    const configs = [EXAMPLE_CONFIG];
    for (const published of stored) {
      const parsed = KioskConfig.safeParse(parseJson(Buffer.from(published.content)));
      if (parsed.success) configs.push(parsed.data);
      else if (!warned.has(keyOf(published))) {
        warned.add(keyOf(published));
        warn(
          `The configuration ${published.version} of the store cannot be read: its updates wait.`,
        );
      }
    }
    book = createConfigBook(configs);
    return stored;
  };

  const publish = async (configs: readonly KioskConfig[], atMs: number): Promise<void> => {
    const known = new Set((await store.publishedConfigs()).map(keyOf));
    for (const config of configs) {
      const published = publishedOf(config, atMs);
      if (!known.has(keyOf(published))) await store.publishConfig(published);
    }
    await read();
  };

  const askStore = (): void => {
    if (performance.now() - askedMs < ASK_EVERY_MS) return;
    askedMs = performance.now();
    // A store in trouble says so to whoever brings updates; the next one under that version asks again.
    read().catch(() => undefined);
  };

  await publish(current, nowMs);
  return {
    publish,
    judge(update) {
      const judgement = book.judge(update);
      if (judgement.type === "unknown-config") askStore();
      return judgement;
    },
    get names() {
      return book.names;
    },
    scanNames: (version) => book.scanNames(version),
    textOf: (hash) => book.textOf(hash),
    textsOf: (ground) => book.textsOf(ground),
  };
}

function publishedOf(config: KioskConfig, firstMs: number): PublishedConfig {
  const content = JSON.stringify(config);
  const digest = createHash("sha256").update(content).digest("base64url");
  return { version: config.version, digest, content, firstMs };
}

function keyOf({ version, digest }: PublishedConfig): string {
  return `${version} ${digest}`;
}
