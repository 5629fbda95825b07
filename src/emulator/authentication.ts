import type { FastifyRequest } from "fastify";
import { plain, refusal, type Answer } from "./answer.ts";
import type { EmulatorState } from "./emulator-state.ts";

/** The profile APIs that may ask for a token. Asking for a batch's status is `bulk` too. */
export type ProfileApi = "update" | "fetch" | "bulk";

/** Source: the one scope that the token API's sample asks for. */
export const PROFILE_SCOPE = "profile_api";

/** Source: the token API's sample, in seconds: 90 days less one second. */
export const DEFAULT_EXPIRES_IN = 7_775_999;

/** The token that Target takes. There is one: "Resetting this token will cause API calls using the current token to fail." */
export interface AccessToken {
  readonly value: string;
  readonly scope: string;
  /** On Target's clock. */
  readonly expiresAtMs: number;
}

/** What Target asks of those who call it; off until switched on. */
export interface Authentication {
  /** *Require Authentication* in the administration's settings. */
  isRequired: boolean;
  token: AccessToken | undefined;
  /** Seconds that a token of the token endpoint lasts. */
  expiresIn: number;
  /** First segment of the token endpoint's path. */
  tenant: string;
  /** Credentials that the token endpoint takes; any while undefined. */
  ims: ImsCredentials | undefined;
}

export interface ImsCredentials {
  readonly tokens: readonly string[];
  readonly apiKeys: readonly string[];
}

/** A token given from outside lasts for ever, and turns authentication on. */
export function createAuthentication(client: string, token: string | undefined): Authentication {
  return {
    isRequired: token !== undefined,
    token: token === undefined ? undefined : lastingToken(token),
    expiresIn: DEFAULT_EXPIRES_IN,
    tenant: client,
    ims: undefined,
  };
}

export function lastingToken(value: string): AccessToken {
  return { value, scope: PROFILE_SCOPE, expiresAtMs: Number.POSITIVE_INFINITY };
}

/** What a request without a good token is answered with; undefined when it may be heard. */
export function authenticationObjection(
  state: EmulatorState,
  request: FastifyRequest,
  api: ProfileApi,
): Answer | undefined {
  const { authentication, switches } = state;
  if (!authentication.isRequired) return undefined;
  if (switches.authenticationScope === "bulk-only" && api !== "bulk") return undefined;
  if (isGood(state, request)) return undefined;
  switch (switches.authenticationFailure) {
    case "status-403":
      return plain(403, "Forbidden");
    case "status-401":
      return plain(401, "Unauthorized");
    case "refused-body":
      return refusal("Access token is missing or invalid");
  }
}

function isGood(state: EmulatorState, { headers }: FastifyRequest): boolean {
  const { token } = state.authentication;
  if (token === undefined || token.scope !== PROFILE_SCOPE) return false;
  if (token.expiresAtMs <= state.nowMs()) return false;
  if (bearerOf(headers.authorization) === token.value) return true;
  return state.switches.accessTokenHeader === "accepted" && headers["access_token"] === token.value;
}

/** Source: RFC 6750; the name of the scheme is case-insensitive. */
export function bearerOf(header: string | undefined): string | undefined {
  return header?.match(/^Bearer +(\S+)$/i)?.[1];
}
