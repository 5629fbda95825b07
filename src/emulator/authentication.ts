import type { FastifyRequest } from "fastify";
import { plain, refusal, type Answer } from "./answer.ts";
import type { EmulatorState } from "./emulator-state.ts";

/** The profile APIs that may ask for a token. Asking for a batch's status is `bulk` too. */
export type ProfileApi = "update" | "fetch" | "bulk";

/** What a request without a good token is answered with; undefined when it may be heard. */
export function authenticationObjection(
  state: EmulatorState,
  request: FastifyRequest,
  api: ProfileApi,
): Answer | undefined {
  if (state.token === undefined) return undefined;
  if (state.switches.authenticationScope === "bulk-only" && api !== "bulk") return undefined;
  if (shownTokens(state, request).includes(state.token)) return undefined;
  switch (state.switches.authenticationFailure) {
    case "status-403":
      return plain(403, "Forbidden");
    case "status-401":
      return plain(401, "Unauthorized");
    case "refused-body":
      return refusal("Access token is missing or invalid");
  }
}

function shownTokens(state: EmulatorState, { headers }: FastifyRequest): readonly unknown[] {
  const bearer = headers.authorization?.match(/^Bearer (.+)$/)?.[1];
  return state.switches.accessTokenHeader === "accepted"
    ? [bearer, headers["access_token"]]
    : [bearer];
}
