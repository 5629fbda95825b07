import { createHash } from "node:crypto";
import { EXAMPLE_CONFIG } from "../contract/example-config.ts";
import { KioskConfig } from "../contract/kiosk-config.ts";
import { createConfigBook, type ConfigBook } from "./config-book.ts";
import { parseJson } from "./parse-json.ts";
import type { Store } from "./store/store.ts";

/**
 * Publishes the configuration kiosks are given from now on, and opens the book of all there ever
 * were. The shipped example is always among them: a kiosk that never reached its proxy works with it.
 *
 * @param warn told in words of a stored one that this version of the program cannot read
 */
export async function openConfigBook(
  store: Pick<Store, "publishConfig" | "publishedConfigs">,
  current: KioskConfig,
  nowMs: number,
  warn: (sentence: string) => void,
): Promise<ConfigBook> {
  const content = JSON.stringify(current);
  const digest = createHash("sha256").update(content).digest("base64url");
  await store.publishConfig({ version: current.version, digest, content, firstMs: nowMs });
  const configs = [EXAMPLE_CONFIG];
  for (const published of await store.publishedConfigs()) {
    const parsed = KioskConfig.safeParse(parseJson(Buffer.from(published.content)));
    if (parsed.success) configs.push(parsed.data);
    else
      warn(`The configuration ${published.version} of the store cannot be read: its updates wait.`);
  }
  return createConfigBook(configs);
}
