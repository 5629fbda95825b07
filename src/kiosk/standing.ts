import { Problem } from "../contract/problem.ts";
import { readIdentity, type Identity } from "../outbox/identity.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import type { SignedFetch } from "../outbox/signed-fetch.ts";
import { keepIdentity } from "./keep-identity.ts";

/** How this kiosk stands with its proxy: whether its key is taken, and for how long yet. */
export interface Standing {
  /** The identity to sign with. Put back where somebody wiped the database under a running page. */
  readonly identity: () => Promise<Identity | undefined>;
  /** The proxy let us in; a key that has served its time is replaced. */
  readonly heard: (proxyTimeMs: number, fetch: SignedFetch) => Promise<void>;
  /** The proxy did not let us in: remembers why, where that is about the key. */
  readonly refused: (answer: Response) => Promise<void>;
}

export interface StandingDeps {
  readonly kept: KeptStore;
  readonly newId: () => string;
  /** As the page started with it. */
  readonly identity: Identity | undefined;
  readonly onRevoked: () => void;
}

export function createStanding(deps: StandingDeps): Standing {
  const { kept } = deps;
  const keep = (identity: Identity) => keepIdentity(identity, kept, localStorage);
  let latest = deps.identity;

  const identity = async (): Promise<Identity | undefined> => {
    const stored = await readIdentity(kept);
    if (stored === undefined && latest !== undefined) await keep(latest);
    latest = stored ?? latest;
    return latest;
  };

  const note = async (known: Identity, refused: Identity["refused"]): Promise<void> => {
    if (known.refused !== refused) await keep({ ...known, refused });
  };

  return {
    identity,
    async heard(proxyTimeMs, fetch) {
      const known = await identity();
      if (known === undefined) return;
      await note(known, undefined);
      const { rotateKey } = await import("./key-rotation.ts");
      await rotateKey({ ...known, refused: undefined }, proxyTimeMs, {
        fetch,
        subtle: crypto.subtle,
        newNonce: deps.newId,
        keep,
      });
    },
    async refused(answer) {
      const problem = Problem.safeParse(await answer.json().catch(() => undefined));
      const code = problem.success ? problem.data.code : "";
      const known = await identity();
      if (known === undefined || (code !== "revoked" && code !== "unknown-device")) return;
      // The key to come may have been taken while its answer was lost.
      if (code === "revoked" && known.next !== undefined) {
        const { keyId, privateKey } = known.next;
        await keep({ ...known, keyId, privateKey, next: undefined });
        return;
      }
      await note(known, code);
      if (code === "revoked") deps.onRevoked();
    },
  };
}
