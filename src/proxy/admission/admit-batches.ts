import type { FastifyInstance, FastifyRequest } from "fastify";
import { INGEST_PATH } from "../../contract/ingest.ts";
import { announcedBytes, claimedKiosk, type KioskOfKey } from "../body-budget.ts";
import { replyProblem } from "../problem-reply.ts";
import type { Admission, Ticket } from "./admission.ts";

/** The ticket of a request whose key belonged to a kiosk when it began. */
export type TicketOf = (request: FastifyRequest) => Ticket | undefined;

/** Ours: who comes back so soon may keep the connection; others would hold thousands for nothing. */
const KEPT_OPEN_SECONDS = 5;

/**
 * Sends batches away before their bodies are read, where too much waits already. Must be the first hook
 * that bounds anything: what is sent away takes nobody's room.
 *
 * The body of one that is sent away is passed over as it comes, unread: closed in the middle of it, a
 * connection is reset, and the kiosk never reads when to come back.
 */
export function admitBatches(
  app: FastifyInstance,
  admission: Admission,
  bodyLimit: number,
  kioskOfKey: KioskOfKey,
): TicketOf {
  const tickets = new WeakMap<FastifyRequest, Ticket>();
  app.addHook("onRequest", async (request, reply) => {
    if (request.method !== "POST" || request.routeOptions.url !== INGEST_PATH) return;
    const kiosk = claimedKiosk(request, kioskOfKey);
    // The gate refuses whoever names no kiosk, and the budget of bodies bounds them.
    if (kiosk === undefined) return;
    const asked = admission.ask(kiosk, announcedBytes(request, bodyLimit));
    if (asked.type === "admitted") {
      tickets.set(request, asked.ticket);
      reply.raw.once("close", asked.ticket.hungUp);
      return;
    }
    await passedOver(request);
    const { retryAfterSeconds } = asked;
    if (retryAfterSeconds > KEPT_OPEN_SECONDS) reply.header("connection", "close");
    await replyProblem(reply, "busy", "Send it again when told.", retryAfterSeconds);
  });
  return (request) => tickets.get(request);
}

/** Resolves when all of the body has come, or nothing more will. */
function passedOver({ raw }: FastifyRequest): Promise<void> {
  return new Promise((done) => {
    raw.once("end", done);
    raw.once("close", done);
    raw.resume();
  });
}
