import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildConsoleIfStale, buildKioskIfStale } from "../../src/proxy/kiosk-build.ts";
import { endingOf } from "./processes.ts";
import { spawnProduct } from "./system.ts";
import { waitFor } from "./wait.ts";

/** The product as `npm start` shows it to somebody who has no Target: with its own. */
export interface DemoSystem {
  readonly kioskUrl: string;
  /** What the link it printed pairs with, for an address of the test's own: `pair=...`. */
  readonly pair: string;
  readonly stop: () => Promise<void>;
}

/** @param env settings beside the usual ones */
export async function startDemoSystem(
  env: Readonly<Record<string, string>> = {},
): Promise<DemoSystem> {
  const root = path.resolve(import.meta.dirname, "../..");
  await buildKioskIfStale(root);
  await buildConsoleIfStale(root);
  const dataDir = mkdtempSync(path.join(tmpdir(), "tarjeta-demo-"));
  const child = spawnProduct({
    PORT: "0",
    ADMIN_PORT: "0",
    EMULATOR_PORT: "0",
    DATA_DIR: dataDir,
    ...env,
  });
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += String(chunk)));
  child.stderr?.on("data", (chunk: Buffer) => (said += String(chunk)));
  const ended = endingOf(child);
  const { kioskUrl, pair } = await waitFor("the demo to be ready", async () => {
    const [, kioskUrl, pair] = /^Kiosk\s+(http\S+?)\/\?(pair=\S+)$/m.exec(said) ?? [];
    if (kioskUrl === undefined || pair === undefined) return undefined;
    return (await fetch(`${kioskUrl}/readyz`)).ok ? { kioskUrl, pair } : undefined;
  });
  return {
    kioskUrl,
    pair,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
