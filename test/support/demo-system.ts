import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildKioskIfStale } from "../../src/proxy/kiosk-build.ts";
import { endingOf } from "./processes.ts";
import { spawnProduct } from "./system.ts";
import { waitFor } from "./wait.ts";

/** The product as `npm start` shows it to somebody who has no Target: with its own. */
export interface DemoSystem {
  readonly kioskUrl: string;
  readonly stop: () => Promise<void>;
}

export async function startDemoSystem(): Promise<DemoSystem> {
  await buildKioskIfStale(path.resolve(import.meta.dirname, "../.."));
  const dataDir = mkdtempSync(path.join(tmpdir(), "tarjeta-demo-"));
  const child = spawnProduct({
    PORT: "0",
    ADMIN_PORT: "0",
    EMULATOR_PORT: "0",
    DATA_DIR: dataDir,
  });
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += String(chunk)));
  child.stderr?.on("data", (chunk: Buffer) => (said += String(chunk)));
  const ended = endingOf(child);
  const kioskUrl = await waitFor("the demo to be ready", async () => {
    const url = /^Kiosk\s+(http\S+?)\/(?:\s|$)/m.exec(said)?.[1];
    return url !== undefined && (await fetch(`${url}/readyz`)).ok ? url : undefined;
  });
  return {
    kioskUrl,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
