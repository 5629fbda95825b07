import { onTestFinished } from "vitest";
import type { VisitorId } from "../../src/domain/visitor-id.ts";
import { createEmulator, type Emulator } from "../../src/emulator/target-emulator.ts";
import { createForwarder, type ForwarderOptions } from "../../src/proxy/forwarder.ts";
import { openLedgerClock } from "../../src/proxy/ledger-clock.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import { createTargetClient } from "../../src/proxy/target/target-client.ts";
import type { TokenSource } from "../../src/proxy/target/token-source.ts";
import { aBatch, anUpdate, NOW } from "./store-builders.ts";
import { aMemoryStore } from "./store-files.ts";

/** A wall clock and a monotonic clock that move only when told; the wall can be set apart. */
export function createHandClock(startMs = NOW) {
  let wallMs = startMs;
  let monoMs = 0;
  return {
    wallMs: () => wallMs,
    monoMs: () => monoMs,
    advance: (byMs: number) => {
      wallMs += byMs;
      monoMs += byMs;
    },
    setWall: (toMs: number) => {
      wallMs = toMs;
    },
  };
}

export type HandClock = ReturnType<typeof createHandClock>;

export function aMember(value: string): VisitorId {
  return { kind: "member", value };
}

type Sketch = Partial<Omit<ForwarderOptions, "clock">> & {
  readonly clock?: HandClock;
  readonly emulator?: Emulator;
  readonly timeoutMs?: number;
  readonly method?: "GET" | "POST";
  readonly maxValueLength?: number;
  readonly tokens?: TokenSource;
};

/**
 * A forwarder between a real store and an emulator on a real socket, one hand on all clocks. The store is
 * in memory: what a forwarder does to it is the same on a disk, and a disk takes its time.
 */
export async function aForwardingWorld(sketch: Sketch = {}) {
  const clock = sketch.clock ?? createHandClock();
  const emulator = sketch.emulator ?? (await aListeningEmulator(clock));
  const store = sketch.store ?? (await aMemoryStore());
  const address = emulator.app.server.address();
  if (address === null || typeof address === "string") throw new Error("The emulator is not on.");
  const target =
    sketch.target ??
    createTargetClient({
      origin: `http://127.0.0.1:${address.port}`,
      client: "demo",
      timeoutMs: sketch.timeoutMs ?? 5_000,
      method: sketch.method ?? "POST",
      maxValueLength: sketch.maxValueLength,
      tokens: sketch.tokens,
    });
  const ledger = sketch.ledger ?? (await openLedgerClock({ store, clock }));
  const forwarder = createForwarder({
    random: () => 0.5,
    allowed: 1_000_000,
    ...sketch,
    store,
    target,
    clock,
    ledger,
  });
  onTestFinished(async () => {
    await forwarder.stop();
    await target.close();
  });
  return { clock, emulator, store, target, ledger, forwarder, scan: createScanner(store, clock) };
}

export async function aListeningEmulator(
  clock: HandClock,
  options: Partial<Parameters<typeof createEmulator>[0]> = {},
): Promise<Emulator> {
  const emulator = createEmulator({ clock, propagation: { minMs: 0, maxMs: 0 }, ...options });
  await emulator.app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => emulator.app.close());
  return emulator;
}

let lastSeq = 0;

/** Stores one update, captured `agoMs` before now and received now. */
function createScanner(store: Store, clock: HandClock) {
  return async (card: string, attributes: Readonly<Record<string, string>>, agoMs = 1) => {
    lastSeq += 1;
    const receiptMs = clock.wallMs();
    const update = anUpdate({ card, attributes, seq: lastSeq, atMs: receiptMs - agoMs });
    const result = await store.ingest(aBatch([update], { receiptMs }));
    if (result.type !== "stored") throw new Error(`The batch was ${result.type}.`);
    const [verdict] = result.receipt.verdicts;
    if (verdict?.verdict !== "accepted") throw new Error(`Not taken: ${JSON.stringify(verdict)}`);
  };
}
