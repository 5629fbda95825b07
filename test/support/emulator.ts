import { createEmulator, DEMO_CLIENT, type Emulator } from "../../src/emulator/target-emulator.ts";
import { listen } from "../../src/proxy/listen.ts";
import { systemClock } from "../../src/proxy/system-clock.ts";
import type { Call } from "../../src/emulator/call-log.ts";
import { waitFor } from "./wait.ts";

/** A Target on a port of its own, held in the hand of a test. Applies what it acknowledges at once. */
export interface RunningEmulator extends Emulator {
  readonly client: string;
  readonly url: string;
  /** Cards that have a profile, so that updates take effect. */
  readonly know: (cards: readonly string[]) => void;
  /** What the profile of a card says by now, times left out; undefined while it has none. */
  readonly attributesOf: (card: string) => Readonly<Record<string, string>> | undefined;
  readonly callsFor: (card: string) => readonly Call[];
  /** Waits until Target holds scans of all these cards. */
  readonly arrived: (cards: readonly string[], timeoutMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openEmulator(): Promise<RunningEmulator> {
  const emulator = createEmulator({
    clock: systemClock,
    propagation: { minMs: 0, maxMs: 0 },
  });
  const names = { host: "HOST", port: "EMULATOR_PORT" };
  const url = await listen(emulator.app, "127.0.0.1", 0, names);

  const attributesOf = (card: string) => {
    const profile = emulator.profile({ kind: "member", value: card });
    if (profile === undefined) return undefined;
    return Object.fromEntries([...profile.attributes].map(([name, { value }]) => [name, value]));
  };
  return {
    ...emulator,
    client: DEMO_CLIENT,
    url,
    know: (cards) => {
      for (const value of cards) emulator.visitSite({ kind: "member", value });
    },
    attributesOf,
    callsFor: (card) => emulator.calls().filter(({ visitor }) => visitor?.value === card),
    // A visitor claimed by a proxy that was killed is taken up again when its lease of 60 s runs out.
    arrived: async (cards, timeoutMs = 150_000) => {
      const missing = () =>
        cards.filter((card) => attributesOf(card)?.["lastScanAt"] === undefined);
      await waitFor(`${cards.length} cards in Target`, () => missing().length === 0, { timeoutMs });
    },
    close: () => emulator.app.close(),
  };
}
