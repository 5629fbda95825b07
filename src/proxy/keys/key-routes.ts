import type { FastifyInstance } from "fastify";
import { KEYS_PATH, type KnownKeys, type RetiredKey } from "../../contract/keys.ts";
import type { Clock } from "../../domain/clock.ts";
import { replyProblem } from "../problem-reply.ts";
import type { KeyHolder, Store } from "../store/store.ts";
import { readKeysFile, writeKeysFile } from "./keys-file.ts";

export interface KeyRoutesDeps {
  readonly store: Pick<Store, "sealingHolders" | "storageKids">;
  readonly clock: Pick<Clock, "wallMs">;
  readonly keysFile: string;
  /** The storage key this process seals with: a rotation takes effect at the next start. */
  readonly storageKid: string;
}

/** Ours: kiosks a refusal names; the list has them all. */
const NAMED = 5;

/** Keys by those who run the proxy: which there are, whom they are kept for, and letting one go. */
export function routeKeys(admin: FastifyInstance, deps: KeyRoutesDeps): void {
  const { store, clock, keysFile, storageKid } = deps;

  const holdersOf = (kid: string, newestKid: string) =>
    store.sealingHolders({ kid, newestKid, nowMs: clock.wallMs() });

  admin.get(KEYS_PATH, { config: { access: ["viewer", "operator"] } }, async () => {
    const { sealing, storage } = readKeysFile(keysFile);
    const newest = sealing[0]!.kid;
    const needed = new Set(await store.storageKids());
    const answer: KnownKeys = { sealing: [], storage: [] };
    for (const { kid } of sealing) {
      const holders = kid === newest ? [] : await holdersOf(kid, newest);
      answer.sealing.push({ kid, inUse: kid === newest, neededBy: [...holders] });
    }
    for (const { kid } of storage) {
      answer.storage.push({ kid, inUse: kid === storageKid, needed: needed.has(kid) });
    }
    return answer;
  });

  admin.post<{ Params: { kid: string } }>(
    `${KEYS_PATH}/sealing/:kid/retire`,
    { config: { access: ["operator"], act: "sealing-key-retire" } },
    async (request, reply) => {
      const { kid } = request.params;
      request.actSubject = kid;
      const keys = readKeysFile(keysFile);
      const newest = keys.sealing[0]!.kid;
      if (kid === newest) return replyProblem(reply, "conflict", IN_USE);
      if (!keys.sealing.some((each) => each.kid === kid)) {
        return replyProblem(reply, "not-found", "No sealing key of that name is in KEYS_FILE.");
      }
      const holders = await holdersOf(kid, newest);
      if (holders.length > 0) return replyProblem(reply, "key-needed", inWords(holders));
      writeKeysFile(keysFile, {
        ...keys,
        sealing: keys.sealing.filter((each) => each.kid !== kid),
      });
      return { kid } satisfies RetiredKey;
    },
  );

  admin.post<{ Params: { kid: string } }>(
    `${KEYS_PATH}/storage/:kid/retire`,
    { config: { access: ["operator"], act: "storage-key-retire" } },
    async (request, reply) => {
      const { kid } = request.params;
      request.actSubject = kid;
      const keys = readKeysFile(keysFile);
      if (kid === keys.storage[0]!.kid || kid === storageKid) {
        return replyProblem(reply, "conflict", IN_USE);
      }
      if (!keys.storage.some((each) => each.kid === kid)) {
        return replyProblem(reply, "not-found", "No storage key of that name is in KEYS_FILE.");
      }
      if ((await store.storageKids()).includes(kid)) {
        const detail = "Ids in the store still lie under it; they are being sealed anew.";
        return replyProblem(reply, "key-needed", detail);
      }
      writeKeysFile(keysFile, {
        ...keys,
        storage: keys.storage.filter((each) => each.kid !== kid),
      });
      return { kid } satisfies RetiredKey;
    },
  );
}

const IN_USE =
  "kid: this key is in use; rotate first, and start the proxy again for a storage key.";

function inWords(holders: readonly KeyHolder[]): string {
  const named = holders
    .slice(0, NAMED)
    .map(({ storeId, kioskId, why }) => `${storeId}/${kioskId} ${why}`)
    .join("; ");
  const more = holders.length > NAMED ? `; and ${holders.length - NAMED} more` : "";
  return `${holders.length} kiosks: ${named}${more}.`;
}
