import type { FastifyInstance, FastifyRequest } from "fastify";
import { answerThroughFaults, plain, type Answer } from "./answer.ts";
import { bearerOf, PROFILE_SCOPE } from "./authentication.ts";
import type { EmulatorState } from "./emulator-state.ts";

/** Source: the token API of the retired developer site. */
const TARGET_JSON = "application/vnd.adobe.target.v1+json";

interface TokenRequest {
  Params: { tenant: string };
  Querystring: { scope?: string };
}

/**
 * Generates a profile authentication token, as `https://mc.adobe.io` does. The one before it is no
 * longer taken. Whether authentication is required does not matter.
 */
export function routeToken(app: FastifyInstance, state: EmulatorState): void {
  app.post<TokenRequest>("/:tenant/target/authentication/token", (request, reply) =>
    answerThroughFaults(state, { route: "token" }, request, reply, {
      arrive: () => objectionTo(state, request) ?? issue(state),
      discard: () => undefined,
    }),
  );
}

function objectionTo(
  { authentication }: EmulatorState,
  request: FastifyRequest<TokenRequest>,
): Answer | undefined {
  const { headers, params, query } = request;
  const { ims, tenant } = authentication;
  if (params.tenant !== tenant) return plain(404, "Not Found");
  const apiKey = headers["x-api-key"];
  // Source: what Adobe's gateway is seen to answer; the token API documents no failure.
  if (typeof apiKey !== "string" || apiKey === "")
    return gateway(403, 403000, "Api Key is required");
  if (ims !== undefined && !ims.apiKeys.includes(apiKey)) {
    return gateway(403, 403003, "Api Key is invalid");
  }
  const bearer = bearerOf(headers.authorization);
  if (bearer === undefined) return gateway(401, 401010, "Oauth token is missing");
  if (ims !== undefined && !ims.tokens.includes(bearer)) {
    return gateway(401, 401013, "Oauth token is not valid");
  }
  if (headers["content-type"]?.split(";")[0]?.trim() !== TARGET_JSON) {
    return plain(415, "Unsupported Media Type");
  }
  return query.scope === PROFILE_SCOPE ? undefined : plain(400, "Bad Request");
}

function issue(state: EmulatorState): Answer {
  const { authentication } = state;
  const { expiresIn } = authentication;
  const accessToken = crypto.randomUUID();
  const expiresAtMs = state.nowMs() + expiresIn * 1_000;
  authentication.token = { value: accessToken, scope: PROFILE_SCOPE, expiresAtMs };
  // Source: the sample, exactly.
  return json(200, { accessToken, tokenType: "bearer", scope: PROFILE_SCOPE, expiresIn });
}

function gateway(status: number, code: number, message: string): Answer {
  return json(status, { error_code: String(code), message });
}

function json(status: number, value: object): Answer {
  return { status, type: "application/json;charset=UTF-8", body: JSON.stringify(value) };
}
