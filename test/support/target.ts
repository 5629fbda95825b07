import { onTestFinished } from "vitest";
import type { VisitorId } from "../../src/domain/visitor-id.ts";
import { createEmulator, DEMO_BROWSER, DEMO_CLIENT } from "../../src/emulator/target-emulator.ts";
import { createTargetClient, type TargetOptions } from "../../src/proxy/target/target-client.ts";

export const MEMBER: VisitorId = { kind: "member", value: "2912345678906" };
export const BROWSER: VisitorId = { kind: "browser", value: DEMO_BROWSER };
export const TARGET_NOW = Date.parse("2026-11-23T09:00:00.000Z");
export const ONE = [{ name: "lastStore", value: "store-1" }];

/** A client and the emulator it talks to, over a real socket; what is acknowledged applies at once. */
export async function aTarget(options: Partial<TargetOptions> = {}, token?: string) {
  const emulator = createEmulator({
    clock: { wallMs: () => TARGET_NOW, monoMs: () => 0 },
    propagation: { minMs: 0, maxMs: 0 },
    ...(token === undefined ? {} : { token }),
  });
  const origin = await emulator.app.listen({ host: "127.0.0.1", port: 0 });
  const client = createTargetClient({ origin, client: DEMO_CLIENT, timeoutMs: 5_000, ...options });
  onTestFinished(async () => {
    await client.close();
    await emulator.app.close();
  });
  return { emulator, client, origin };
}
