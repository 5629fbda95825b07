import { SEALING_KEY_PATH, SealingKey } from "../contract/sealing.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import { OutboxUnavailableError } from "../outbox/outbox.ts";

const KEPT_AS = "sealing-key";

export interface SealingKeyDeps {
  readonly kept: KeptStore;
  readonly fetch: (path: string) => Promise<Response>;
}

/** Which key the kiosk seals to: what the proxy last said, kept through any outage. */
export interface SealingKeySource {
  /** Throws `OutboxUnavailableError` when the proxy never said one: then nothing can be kept. */
  readonly current: () => Promise<SealingKey>;
  /** The proxy says one; the next sealing uses it. */
  readonly learn: (key: SealingKey) => void;
}

export function createSealingKeySource({ kept, fetch }: SealingKeyDeps): SealingKeySource {
  let known: SealingKey | undefined;
  let looking: Promise<SealingKey | undefined> | undefined;

  const look = async (): Promise<SealingKey | undefined> =>
    keyFrom(await kept.get(KEPT_AS).catch(() => undefined)) ?? keyFrom(await askProxy(fetch));

  const learn = (key: SealingKey): void => {
    if (known?.kid === key.kid && known.publicKey === key.publicKey) return;
    known = key;
    // A kiosk that cannot keep it asks again at its next start.
    kept.put(KEPT_AS, key).catch(() => undefined);
  };

  return {
    learn,
    async current() {
      if (known !== undefined) return known;
      looking ??= look().finally(() => (looking = undefined));
      const found = await looking;
      if (found === undefined) {
        throw new OutboxUnavailableError("the proxy has not said which key to seal to");
      }
      learn(found);
      return known ?? found;
    },
  };
}

function keyFrom(value: unknown): SealingKey | undefined {
  const parsed = SealingKey.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

async function askProxy(fetch: SealingKeyDeps["fetch"]): Promise<unknown> {
  try {
    const answer = await fetch(SEALING_KEY_PATH);
    return answer.ok ? await answer.json() : undefined;
  } catch {
    // No network, or a portal's page: whoever wants to keep something hears that there is no key.
    return undefined;
  }
}
