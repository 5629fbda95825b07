import { randomBytes } from "node:crypto";
import type { Clock } from "../../domain/clock.ts";
import { digestOf } from "./token-digest.ts";
import type { Bearer, Tokens } from "./tokens.ts";

/**
 * The prefix makes the browser itself refuse the cookie unless it is Secure, for this host alone and
 * for every path. Browsers of today take it over plain http from a loopback address, and from no
 * other.
 */
export const SESSION_COOKIE = "__Host-tarjeta-session";

const IDLE_MS = 30 * 60_000;
const LONGEST_MS = 12 * 3_600_000;

/** Ours: people at work at once. One more ends the one that is idle longest. */
const MAX_SESSIONS = 200;

interface Session {
  readonly bearer: Bearer;
  readonly openedMonoMs: number;
  readonly usedMonoMs: number;
}

/** Sessions of people with a browser; in memory, so that a restart ends them all. */
export interface Sessions {
  /** Gives the value of the cookie. */
  readonly open: (bearer: Bearer) => string;
  /** Whose session this is; using it keeps it awake. */
  readonly use: (cookie: string) => Bearer | undefined;
  readonly end: (cookie: string) => void;
}

export function createSessions(
  tokens: Pick<Tokens, "stands">,
  clock: Pick<Clock, "monoMs">,
): Sessions {
  /** By digest, least recently used first: what lies in memory opens nothing. */
  const sessions = new Map<string, Session>();

  const isOver = ({ openedMonoMs, usedMonoMs, bearer }: Session) =>
    clock.monoMs() - usedMonoMs >= IDLE_MS ||
    clock.monoMs() - openedMonoMs >= LONGEST_MS ||
    !tokens.stands(bearer);

  return {
    open: (bearer) => {
      const [idlest] = sessions.keys();
      if (sessions.size >= MAX_SESSIONS && idlest !== undefined) sessions.delete(idlest);
      const cookie = randomBytes(32).toString("base64url");
      const nowMs = clock.monoMs();
      sessions.set(digestOf(cookie), { bearer, openedMonoMs: nowMs, usedMonoMs: nowMs });
      return cookie;
    },
    use: (cookie) => {
      const key = digestOf(cookie);
      const session = sessions.get(key);
      if (session === undefined) return undefined;
      sessions.delete(key);
      if (isOver(session)) return undefined;
      sessions.set(key, { ...session, usedMonoMs: clock.monoMs() });
      return session.bearer;
    },
    end: (cookie) => void sessions.delete(digestOf(cookie)),
  };
}

/** The session's cookie among those of a `Cookie` header. */
export function cookieFrom(header: string | undefined): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === SESSION_COOKIE) {
      return pair.slice(equals + 1).trim();
    }
  }
  return undefined;
}

/** `Set-Cookie` for a session, or to end one. */
export function setCookie(value: string | undefined): string {
  const seconds = value === undefined ? 0 : LONGEST_MS / 1_000;
  return `${SESSION_COOKIE}=${value ?? ""}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Strict`;
}
