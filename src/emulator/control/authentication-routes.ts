import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { lastingToken, PROFILE_SCOPE, type Authentication } from "../authentication.ts";
import type { EmulatorState } from "../emulator-state.ts";
import { parsed } from "./parsed.ts";

const Words = z.array(z.string().min(1)).min(1);

/** Ours: ten years; a token may also have expired already. */
const ExpiresIn = z.int().min(0).max(315_360_000);

const Changes = z.strictObject({
  required: z.boolean().optional(),
  /** The token from now on; null for none. It lasts for ever unless `tokenExpiresIn` says otherwise. */
  token: z.string().min(1).nullable().optional(),
  tokenExpiresIn: ExpiresIn.optional(),
  tokenScope: z.string().min(1).optional(),
  /** Seconds that a token of the token endpoint lasts. */
  expiresIn: ExpiresIn.optional(),
  tenant: z.string().min(1).optional(),
  /** What the token endpoint takes; null for anything. */
  ims: z.strictObject({ tokens: Words, apiKeys: Words }).nullable().optional(),
});

/** Authentication on and off, with which token, and who may generate one. */
export function routeAuthentication(app: FastifyInstance, state: EmulatorState): void {
  app.get("/authentication", async () => authenticationJson(state.authentication));
  app.put("/authentication", async (request, reply) => {
    const changes = parsed(Changes, request.body, reply);
    if (changes === undefined) return reply;
    change(state, changes);
    return authenticationJson(state.authentication);
  });
}

function change(state: EmulatorState, changes: z.infer<typeof Changes>): void {
  const { authentication } = state;
  const { required, token, tokenExpiresIn, tokenScope, expiresIn, tenant, ims } = changes;
  if (required !== undefined) authentication.isRequired = required;
  if (token !== undefined) authentication.token = token === null ? undefined : lastingToken(token);
  if (authentication.token !== undefined) {
    authentication.token = {
      ...authentication.token,
      ...(tokenScope !== undefined && { scope: tokenScope }),
      ...(tokenExpiresIn !== undefined && { expiresAtMs: state.nowMs() + tokenExpiresIn * 1_000 }),
    };
  }
  if (expiresIn !== undefined) authentication.expiresIn = expiresIn;
  if (tenant !== undefined) authentication.tenant = tenant;
  if (ims !== undefined) authentication.ims = ims ?? undefined;
}

/** Where it stands, tokens and all: this is a stand-in, and whoever can move it may know them. */
function authenticationJson(authentication: Authentication): object {
  const { isRequired, token, expiresIn, tenant, ims } = authentication;
  const lasts = token !== undefined && Number.isFinite(token.expiresAtMs);
  return {
    required: isRequired,
    token: token?.value ?? null,
    tokenScope: token?.scope ?? PROFILE_SCOPE,
    tokenExpiresAt: lasts ? new Date(token.expiresAtMs).toISOString() : null,
    expiresIn,
    tenant,
    ims: ims ?? null,
  };
}
