import type { FastifyInstance } from "fastify";
import {
  NewTokenRequest,
  Role,
  SESSION_PATH,
  SessionRequest,
  TOKENS_PATH,
  type SessionAnswer,
} from "../../contract/admin.ts";
import type { Clock } from "../../domain/clock.ts";
import { whereOf } from "../issue-words.ts";
import { parseJson } from "../parse-json.ts";
import { replyProblem } from "../problem-reply.ts";
import { replyThrottled } from "./guard.ts";
import type { LoginThrottle } from "./login-throttle.ts";
import { cookieFrom, setCookie, type Sessions } from "./sessions.ts";
import { checkStore, type TokenStore } from "./token-file.ts";
import type { Actor, Tokens } from "./tokens.ts";

/** Every role, for what is each one's own business. */
export const EVERY_ROLE: readonly Role[] = Role.options;

export interface SessionDeps {
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly throttle: LoginThrottle;
}

/** Turns a token into a session, so that a browser need not keep the token. */
export function routeSession(admin: FastifyInstance, deps: SessionDeps): void {
  const { tokens, sessions, throttle } = deps;
  admin.post(
    SESSION_PATH,
    { config: { access: "anybody", act: "session-open" } },
    async (request, reply) => {
      const waitSeconds = throttle.waitSeconds(request.ip);
      if (waitSeconds !== undefined) return replyThrottled(reply, waitSeconds);
      const asked = SessionRequest.safeParse(parseJson(request.body));
      if (!asked.success) return replyProblem(reply, "invalid-body", "token: the admin token.");
      const bearer = tokens.identify(asked.data.token);
      if (bearer === undefined) {
        throttle.failed(request.ip);
        return replyProblem(reply, "unauthorized", "That token is not known here.");
      }
      request.actor = bearer;
      return reply.header("set-cookie", setCookie(sessions.open(bearer))).send(answerFor(bearer));
    },
  );
  admin.get(SESSION_PATH, { config: { access: EVERY_ROLE } }, async (request, reply) =>
    reply.send(answerFor(request.actor!)),
  );
  admin.delete(
    SESSION_PATH,
    { config: { access: EVERY_ROLE, act: "session-close" } },
    async (request, reply) => {
      const cookie = cookieFrom(request.headers.cookie);
      if (cookie !== undefined) sessions.end(cookie);
      return reply.header("set-cookie", setCookie(undefined)).code(204).send();
    },
  );
}

function answerFor({ name, role, storeId }: Actor): SessionAnswer {
  return { name, role, ...(storeId === undefined ? {} : { storeId }) };
}

/** Named tokens, by operators. A new one is told once, in the answer to the request that made it. */
export function routeTokens(admin: FastifyInstance, kept: TokenStore, clock: Clock): void {
  admin.get(TOKENS_PATH, { config: { access: ["operator"] } }, async () => ({
    tokens: kept.list().map(({ digest: _kept, ...told }) => told),
  }));
  admin.post(
    TOKENS_PATH,
    { config: { access: ["operator"], act: "token-add" } },
    async (request, reply) => {
      const asked = NewTokenRequest.safeParse(parseJson(request.body));
      if (!asked.success) {
        return replyProblem(reply, "invalid-body", `${whereOf(asked.error)}.`);
      }
      const { name, role, storeId } = asked.data;
      request.actSubject = [name, role, storeId].filter((word) => word !== undefined).join(" ");
      const wrongStore = checkStore(role, storeId);
      if (wrongStore !== undefined) return replyProblem(reply, "invalid-body", wrongStore);
      const added = kept.add(name, role, clock.wallMs(), storeId);
      if (!added.ok) return replyProblem(reply, "conflict", added.error);
      return reply.code(201).send({ ...asked.data, token: added.value });
    },
  );
  admin.delete<{ Params: { name: string } }>(
    `${TOKENS_PATH}/:name`,
    { config: { access: ["operator"], act: "token-revoke" } },
    async (request, reply) => {
      request.actSubject = request.params.name;
      const revoked = kept.revoke(request.params.name);
      return revoked.ok ? reply.code(204).send() : replyProblem(reply, "not-found", revoked.error);
    },
  );
}
