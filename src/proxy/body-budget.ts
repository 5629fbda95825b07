import type { FastifyInstance, FastifyRequest } from "fastify";
import { signatureParametersFrom } from "../contract/request-signature.ts";
import { replyProblem } from "./problem-reply.ts";

/** Ours: what bodies on their way in may take of the memory together. */
const MAX_BYTES = 134_217_728;

/** Ours: of that, for all who name no key that we know. The rest is for kiosks alone. */
const MAX_BYTES_OF_STRANGERS = MAX_BYTES / 4;

/** Ours: of that, for one address: some twenty ordinary batches of kiosks that must be paired anew. */
const MAX_BYTES_PER_ADDRESS = MAX_BYTES_OF_STRANGERS / 4;

/** Ours: for one kiosk, wherever it stands: four of the largest batches; it sends one at a time. */
const MAX_BYTES_PER_KIOSK = MAX_BYTES / 16;

/** Ours: seconds after which room may have come, before the spread. */
const RETRY_SECONDS = 3;

/** The kiosk that a key belongs to; nothing for one that opens nothing here. */
export type KioskOfKey = (keyId: string) => string | undefined;

/**
 * Bounds what is held of bodies that are still arriving, however slowly and from however many
 * connections: before the first byte is read, room for all that was announced must be there.
 *
 * A store's kiosks share one address, with whoever else is on its network. So who names a kiosk's key
 * has that kiosk's own room, and everybody else shares what there is for their address. The name is
 * believed before it is proven: whoever has read it on its way can take that kiosk's room, and no other.
 */
export function budgetBodies(
  app: FastifyInstance,
  bodyLimit: number,
  kioskOfKey: KioskOfKey,
): void {
  let heldBytes = 0;
  let heldOfStrangers = 0;
  /** By kiosk, or by address. */
  const heldBy = new Map<string, number>();

  app.addHook("onRequest", async (request, reply) => {
    if (request.method === "GET" || request.method === "HEAD") return;
    const bytes = announcedBytes(request, bodyLimit);
    const kiosk = claimedKiosk(request, kioskOfKey);
    const ofStrangers = kiosk === undefined ? bytes : 0;
    const whose = kiosk === undefined ? `address ${request.ip}` : `kiosk ${kiosk}`;
    const held = heldBy.get(whose) ?? 0;
    if (
      heldBytes + bytes > MAX_BYTES ||
      heldOfStrangers + ofStrangers > MAX_BYTES_OF_STRANGERS ||
      held + bytes > (kiosk === undefined ? MAX_BYTES_PER_ADDRESS : MAX_BYTES_PER_KIOSK)
    ) {
      const seconds = RETRY_SECONDS + (heldBy.size % RETRY_SECONDS);
      await replyProblem(reply, "busy", "Too much is arriving at once.", seconds);
      return;
    }
    heldBytes += bytes;
    heldOfStrangers += ofStrangers;
    heldBy.set(whose, held + bytes);
    reply.raw.once("close", () => {
      heldBytes -= bytes;
      heldOfStrangers -= ofStrangers;
      const left = (heldBy.get(whose) ?? bytes) - bytes;
      if (left > 0) heldBy.set(whose, left);
      else heldBy.delete(whose);
    });
  });
}

/** Without a length, as much as there can be. A larger one than that is refused anyway. */
export function announcedBytes({ headers }: FastifyRequest, bodyLimit: number): number {
  const announced = Number(headers["content-length"] ?? bodyLimit);
  return Math.min(Number.isFinite(announced) ? announced : bodyLimit, bodyLimit);
}

/** Whose key a request names; unproven. */
export function claimedKiosk(request: FastifyRequest, kioskOfKey: KioskOfKey): string | undefined {
  const input = request.headers["signature-input"];
  const claimed = typeof input === "string" ? signatureParametersFrom(input) : undefined;
  return claimed === undefined ? undefined : kioskOfKey(claimed.keyId);
}
