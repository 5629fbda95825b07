import type { FastifyInstance } from "fastify";
import { ERASURES_PATH, PrivacyRequest, WITHDRAWALS_PATH } from "../../contract/privacy.ts";
import { whereOf } from "../issue-words.ts";
import { parseJson } from "../parse-json.ts";
import { replyProblem } from "../problem-reply.ts";
import type { Privacy } from "./privacy.ts";

/** Mounts withdrawal and erasure; whoever mounts them asks for the token first. */
export function routePrivacy(guarded: FastifyInstance, privacy: Privacy): void {
  guarded.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  for (const [address, act] of ROUTES) {
    guarded.post(address, async (request, reply) => {
      const asked = PrivacyRequest.safeParse(parseJson(request.body));
      if (!asked.success) return replyProblem(reply, "invalid-body", `${whereOf(asked.error)}.`);
      return privacy.apply(act, asked.data);
    });
  }
}

const ROUTES = [
  [WITHDRAWALS_PATH, "withdraw"],
  [ERASURES_PATH, "erase"],
] as const;
