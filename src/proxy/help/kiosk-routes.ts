import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { HELP_PATH, HelpRequest, type HelpReceipt } from "../../contract/help-call.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Sender } from "../devices/gate.ts";
import { OTHER_NONCE } from "../devices/pairing.ts";
import { whereOf } from "../issue-words.ts";
import { parseJson } from "../parse-json.ts";
import { replyProblem } from "../problem-reply.ts";
import type { HelpStore } from "../store/help-store.ts";
import { isStoreTrouble } from "../store/store-error.ts";

export interface HelpRoutesDeps {
  readonly store: Pick<HelpStore, "hearHelp">;
  readonly clock: Pick<Clock, "wallMs">;
}

/** Gives who sent a request, or answers it and gives nothing. */
type Admit = (request: FastifyRequest, reply: FastifyReply) => Sender | undefined;

/** Ours: seconds after which a store in trouble may have recovered. */
const RETRY_SECONDS = 3;

/** Where a kiosk calls for help and asks whether somebody comes; a receipt says that it is kept (rule HC1). */
export function routeHelp(app: FastifyInstance, { store, clock }: HelpRoutesDeps, admit: Admit) {
  app.post(HELP_PATH, async (request, reply) => {
    const sender = admit(request, reply);
    if (sender === undefined) return reply;
    const asked = HelpRequest.safeParse(parseJson(request.body));
    if (!asked.success) return replyProblem(reply, "invalid-body", whereOf(asked.error));
    const { v, nonce, ...word } = asked.data;
    if (nonce !== sender.nonce) return replyProblem(reply, OTHER_NONCE.code, OTHER_NONCE.detail);
    const nowMs = clock.wallMs();
    try {
      const heard = await store.hearHelp({ ...word, device: sender.device, nowMs });
      if (heard.type === "too-many") {
        const seconds = Math.ceil(heard.waitMs / 1_000);
        return replyProblem(reply, "too-many-requests", "This kiosk called too often.", seconds);
      }
      const receipt: HelpReceipt = {
        v,
        nonce,
        callId: word.callId,
        state: heard.state,
        proxyTimeMs: nowMs,
      };
      return reply.header("cache-control", "no-store").send(receipt);
    } catch (error) {
      if (!isStoreTrouble(error)) throw error;
      request.log.error({ error: error.name, reason: error.message }, "a help call was not kept");
      return replyProblem(reply, "store-unavailable", `${error.message}.`, RETRY_SECONDS);
    }
  });
}
