import type { FastifyInstance } from "fastify";
import {
  ERASURES_PATH,
  LOG_SETTLED_PATH,
  PrivacyRequest,
  WITHDRAWALS_PATH,
} from "../../contract/privacy.ts";
import { whereOf } from "../issue-words.ts";
import { parseJson } from "../parse-json.ts";
import { replyProblem } from "../problem-reply.ts";
import { OrderKeptError, type Privacy } from "./privacy.ts";

/** Mounts withdrawal and erasure, for the privacy role. The audit names the act, never the visitor. */
export function routePrivacy(admin: FastifyInstance, privacy: Privacy): void {
  for (const [address, act] of ROUTES) {
    const config = { access: ["privacy", "operator"] as const, act };
    admin.post(address, { config }, async (request, reply) => {
      const asked = PrivacyRequest.safeParse(parseJson(request.body));
      if (!asked.success) return replyProblem(reply, "invalid-body", `${whereOf(asked.error)}.`);
      try {
        return await privacy.apply(act, asked.data);
      } catch (error) {
        if (!(error instanceof OrderKeptError)) throw error;
        return replyProblem(reply, "store-unavailable", `${error.message}.`, RETRY_SECONDS);
      }
    });
  }
}

/** Mounts the word that what a lost log had was asked for again. */
export function routePrivacyLog(admin: FastifyInstance, privacy: Pick<Privacy, "settleLog">): void {
  const config = { access: ["privacy", "operator"] as const, act: "privacy-log-settle" };
  admin.post(LOG_SETTLED_PATH, { config }, async (_request, reply) => {
    await privacy.settleLog();
    return reply.code(204).send();
  });
}

/** Ours: seconds after which a store in trouble may have recovered. */
const RETRY_SECONDS = 5;

const ROUTES = [
  [WITHDRAWALS_PATH, "withdraw"],
  [ERASURES_PATH, "erase"],
] as const;
