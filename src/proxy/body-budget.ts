import type { FastifyInstance } from "fastify";
import { replyProblem } from "./problem-reply.ts";

/** Ours: what bodies on their way in may take of the memory together. */
const MAX_BYTES = 134_217_728;

/**
 * Ours: of that, for one address. A store's kiosks share one; a quarter is some eighty ordinary
 * batches at once.
 */
const MAX_BYTES_PER_ADDRESS = MAX_BYTES / 4;

/** Ours: seconds after which room may have come, before the spread. */
const RETRY_SECONDS = 3;

/**
 * Bounds what is held of bodies that are still arriving, however slowly and from however many
 * connections: before the first byte is read, room for all that was announced must be there.
 */
export function budgetBodies(app: FastifyInstance, bodyLimit: number): void {
  let heldBytes = 0;
  const heldByAddress = new Map<string, number>();

  app.addHook("onRequest", async (request, reply) => {
    if (request.method === "GET" || request.method === "HEAD") return;
    // Without a length, as much as there can be. A larger one than that is refused anyway.
    const announced = Number(request.headers["content-length"] ?? bodyLimit);
    const bytes = Math.min(Number.isFinite(announced) ? announced : bodyLimit, bodyLimit);
    const { ip } = request;
    const ofAddress = heldByAddress.get(ip) ?? 0;
    if (heldBytes + bytes > MAX_BYTES || ofAddress + bytes > MAX_BYTES_PER_ADDRESS) {
      const seconds = RETRY_SECONDS + (heldByAddress.size % RETRY_SECONDS);
      await replyProblem(reply, "busy", "Too much is arriving at once.", seconds);
      return;
    }
    heldBytes += bytes;
    heldByAddress.set(ip, ofAddress + bytes);
    reply.raw.once("close", () => {
      heldBytes -= bytes;
      const left = (heldByAddress.get(ip) ?? bytes) - bytes;
      if (left > 0) heldByAddress.set(ip, left);
      else heldByAddress.delete(ip);
    });
  });
}
