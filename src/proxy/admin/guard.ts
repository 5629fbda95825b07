import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Role, type AuditedAct } from "../../contract/admin.ts";
import { Problem, problemFor } from "../../contract/problem.ts";
import type { Clock } from "../../domain/clock.ts";
import { isCrossOrigin, isVouchedSameOrigin } from "../cross-origin.ts";
import { replyProblem } from "../problem-reply.ts";
import type { LoginThrottle } from "./login-throttle.ts";
import { cookieFrom, type Sessions } from "./sessions.ts";
import type { Actor, Tokens } from "./tokens.ts";

/** Who may use a route: anybody, or these roles by name. */
export type Access = "anybody" | readonly Role[];

declare module "fastify" {
  interface FastifyContextConfig {
    /** Every route of the admin listener declares it; one that does not is not mounted. */
    readonly access?: Access;
    /** Gives the role `store` what is of its own store, and nothing else; no other route lets it in. */
    readonly isByStore?: boolean;
    /** Its name in the audit; every request to the route is then written there. */
    readonly act?: string;
  }
  interface FastifyRequest {
    /** Set on routes that are not for anybody. */
    actor: Actor | undefined;
    /** What the act is about, for the audit: a name, never a card number or a token. */
    actSubject: string;
  }
}

export interface GuardDeps {
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly throttle: LoginThrottle;
  readonly clock: Pick<Clock, "wallMs">;
  readonly appendAudit: (act: AuditedAct) => Promise<void>;
}

const SAFE_METHODS = new Set(["GET", "HEAD"]);

/**
 * Stands before every route of the admin listener: who asks, whether a page of another origin makes
 * them ask, whether their role may; and writes down the acts. Call it before any route is mounted.
 */
export function guardRoutes(admin: FastifyInstance, deps: GuardDeps): void {
  admin.decorateRequest("actor", undefined);
  admin.decorateRequest("actSubject", "");

  admin.addHook("onRoute", ({ url, method, config }) => {
    if (config?.access === undefined) throw new Error(`${url} does not declare who may use it.`);
    const changes = [method].flat().some((each) => !SAFE_METHODS.has(each));
    if (changes && config.act === undefined) {
      throw new Error(`${url} may change something and does not say by which name it is audited.`);
    }
    if (isForStores(config.access) && config.isByStore !== true) {
      throw new Error(`${url} lets the role store in and does not say that it goes by the store.`);
    }
  });
  admin.addHook("onRequest", async (request, reply) => {
    const { access } = request.routeOptions.config;
    // Nothing is mounted without; what is not mounted is answered 404.
    if (access === undefined) return;
    const isOpenRead = access === "anybody" && SAFE_METHODS.has(request.method);
    if (!isOpenRead && isCrossOrigin(request)) {
      await replyProblem(reply, "cross-origin", "Call it from a page of this address.");
      return;
    }
    if (access !== "anybody") await letIn(deps, access, request, reply);
  });
  admin.addHook("onSend", async (request, reply, payload) => {
    const { act } = request.routeOptions.config;
    if (act === undefined) return payload;
    try {
      await deps.appendAudit(
        auditedAct({ act, request, reply, payload, atMs: deps.clock.wallMs() }),
      );
      return payload;
    } catch (error) {
      // Done or not, nobody may be told so while nothing says who did it.
      request.log.error({ act, error: (error as Error).name }, "an act could not be written down");
      const detail = "The act could not be written down.";
      const problem = { ...problemFor("store-unavailable", detail), requestId: request.id };
      reply.removeHeader("set-cookie");
      reply.code(problem.status).header("content-type", "application/problem+json");
      return JSON.stringify(problem);
    }
  });
}

async function letIn(
  deps: GuardDeps,
  roles: readonly Role[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) {
    const waitSeconds = deps.throttle.waitSeconds(request.ip);
    if (waitSeconds !== undefined) return replyThrottled(reply, waitSeconds);
    const [scheme, token] = authorization.split(" ");
    if (scheme === "Bearer" && token !== undefined) request.actor = deps.tokens.identify(token);
    if (request.actor === undefined) deps.throttle.failed(request.ip);
  } else {
    const value = cookieFrom(cookie);
    if (value !== undefined) request.actor = deps.sessions.use(value);
    // A cookie is sent by the browser whoever makes it ask; only it can say who did.
    if (
      request.actor !== undefined &&
      !SAFE_METHODS.has(request.method) &&
      !isVouchedSameOrigin(request)
    ) {
      await replyProblem(reply, "cross-origin", "Nothing says that a page of this address asks.");
      return;
    }
  }
  if (request.actor === undefined) {
    reply.header("www-authenticate", "Bearer");
    await replyProblem(reply, "unauthorized", "Send Authorization: Bearer and an admin token.");
    return;
  }
  if (!roles.includes(request.actor.role)) {
    await replyProblem(
      reply,
      "forbidden",
      `The role ${request.actor.role} may not; ${roles.join(", ")} may.`,
    );
    return;
  }
  const { role, storeId, name } = request.actor;
  const isByStore = request.routeOptions.config.isByStore === true;
  if (role === "store" && storeId === undefined && (isByStore || isForStores(roles))) {
    await replyProblem(
      reply,
      "forbidden",
      `The token ${name} is of no store yet: revoke it, and add it anew with --store and its id.`,
    );
  }
}

/**
 * Who one is, every role may ask; what else the role store reads is of its own store. A route that every
 * role may ask and that goes by the store says so itself.
 */
function isForStores(access: Access): boolean {
  return access !== "anybody" && access.includes("store") && access.length < Role.options.length;
}

export async function replyThrottled(reply: FastifyReply, waitSeconds: number): Promise<void> {
  await replyProblem(reply, "too-many-tries", "No token is looked at until then.", waitSeconds);
}

/** Ours: no card number is shorter, and no name of ours has as many digits. */
const LONG_NUMBER = /\d(?:[ -]?\d){7,}/g;

/** Ours: room for an act and a name. */
const MAX_WHAT = 200;

interface EndedAct {
  readonly act: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly payload: unknown;
  readonly atMs: number;
}

function auditedAct({ act, request, reply, payload, atMs }: EndedAct): AuditedAct {
  const what = request.actSubject === "" ? act : `${act} ${request.actSubject}`;
  return {
    atMs,
    who: request.actor?.name ?? "nobody",
    role: request.actor?.role ?? "none",
    what: what.replaceAll(LONG_NUMBER, "…").slice(0, MAX_WHAT),
    outcome: reply.statusCode < 400 ? "done" : codeOf(payload),
  };
}

/** The code of the problem an act was answered with. */
function codeOf(payload: unknown): string {
  const problem = Problem.safeParse(typeof payload === "string" ? JSON.parse(payload) : undefined);
  return problem.success ? problem.data.code : "internal";
}
