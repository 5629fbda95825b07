import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  DEVICE_KEY_PATH,
  DEVICE_PATH,
  LEAVING_PATH,
  PAIRING_PATH,
} from "../../contract/pairing.ts";
import type { Clock } from "../../domain/clock.ts";
import { replyProblem } from "../problem-reply.ts";
import { isStoreTrouble } from "../store/store-error.ts";
import { replyRefusal, signedRequestOf, type Sender } from "./gate.ts";
import type { Pairing } from "./pairing.ts";

export interface PairingRoutesDeps {
  readonly pairing: Pairing;
  readonly clock: Pick<Clock, "wallMs">;
}

/** Gives who sent a request, or answers it and gives nothing. */
type Admit = (request: FastifyRequest, reply: FastifyReply) => Sender | undefined;

/** Ours: seconds after which a store in trouble may have recovered. */
const RETRY_SECONDS = 5;

/** Where kiosks become ours, ask who they are and bring their next key. */
export function routePairing(
  app: FastifyInstance,
  { pairing, clock }: PairingRoutesDeps,
  admit: Admit,
): void {
  app.post(PAIRING_PATH, async (request, reply) => {
    try {
      const paired = await pairing.pair(signedRequestOf(request), request.ip);
      reply.header("cache-control", "no-store");
      if (paired.ok) return reply.send(paired.value);
      const { code, detail, retryAfterSeconds } = paired.error;
      return code === "stale"
        ? replyRefusal(reply, paired.error, clock.wallMs())
        : replyProblem(reply, code, detail, retryAfterSeconds);
    } catch (error) {
      return replyTrouble(reply, error);
    }
  });

  app.get(DEVICE_PATH, async (request, reply) => {
    const sender = admit(request, reply);
    if (sender === undefined) return reply;
    const { device, key } = sender;
    return reply.header("cache-control", "no-store").send({ device, name: key.name });
  });

  const sent = [
    [DEVICE_KEY_PATH, pairing.followKey],
    [LEAVING_PATH, pairing.leave],
  ] as const;
  for (const [path, take] of sent) {
    app.post(path, async (request, reply) => {
      const sender = admit(request, reply);
      if (sender === undefined) return reply;
      try {
        const taken = await take(sender, signedRequestOf(request).body);
        return taken.ok
          ? reply.header("cache-control", "no-store").send(taken.value)
          : replyProblem(reply, taken.error.code, taken.error.detail);
      } catch (error) {
        return replyTrouble(reply, error);
      }
    });
  }
}

function replyTrouble(reply: FastifyReply, error: unknown): FastifyReply {
  if (!isStoreTrouble(error)) throw error;
  return replyProblem(reply, "store-unavailable", `${error.message}.`, RETRY_SECONDS);
}
