import type { Clock } from "../../domain/clock.ts";
import { readKeptToken, writeKeptToken, type KeptToken } from "./token-file.ts";
import type { NewToken, TokenEndpoint } from "./token-endpoint.ts";
import { TokenUnavailableError, type TokenLog, type TokenSource } from "./token-source.ts";

export interface RenewedTokensOptions {
  readonly endpoint: TokenEndpoint;
  /** Where the token lies between two starts, and between proxies that share it. */
  readonly file: string;
  readonly clock: Clock;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
  readonly log?: TokenLog | undefined;
}

/** Ours: how long before its end a token is renewed at the latest, and as much again by chance. */
const MARGIN_MS = 86_400_000;
/** Ours: where a day is much of the token's life, this share of it instead. */
const MARGIN_SHARE = 0.1;

/** Ours: time between two renewals, doubled with each that did not help, up to the longest. */
export const PAUSE_MS = 60_000;
export const MAX_PAUSE_MS = 900_000;
/** Ours: the same where a token does not even live that long. */
const MIN_PAUSE_MS = 10_000;

interface Held {
  readonly token: string;
  readonly sinceMonoMs: number;
  readonly renewMonoMs: number;
  readonly expiresMonoMs: number;
}

/**
 * `TARGET_TOKEN_URL`: tokens that are made anew before they expire, and when Target refuses one.
 *
 * A new token ends the old one for the whole account. So there is one renewal at a time, a pause
 * between two that grows while they do not help, and before each a look at `file`: what another proxy
 * or a person put there is taken instead. Proxies that share an account must share that file, or each
 * would end the others' token for ever. A token lives on in it through a restart.
 *
 * A renewal that died on its way has ended the old token all the same: then Target refuses it, and
 * the next one follows after the pause.
 */
export function createRenewedTokens(options: RenewedTokensOptions): TokenSource {
  const { endpoint, file, clock, random, log } = options;
  let held: Held | undefined;
  let refusedToken: string | undefined;
  /** The token whose time was up when it was last looked at. */
  let ended: Held | undefined;
  let inARow = 0;
  let notBeforeMonoMs = -Infinity;
  let renewing: Promise<void> | undefined;

  const hold = ({ token, lifetimeMs = Infinity }: NewToken): Held => {
    const monoMs = clock.monoMs();
    const marginMs = Math.min(MARGIN_MS, lifetimeMs * MARGIN_SHARE);
    held = {
      token,
      sinceMonoMs: monoMs,
      renewMonoMs: monoMs + lifetimeMs - marginMs * (1 + random()),
      expiresMonoMs: monoMs + lifetimeMs,
    };
    return held;
  };

  /** Takes what somebody else renewed; tells whether there was any such thing. */
  const takeKept = async (): Promise<boolean> => {
    const kept = await readKeptToken(file).catch((error: NodeJS.ErrnoException) => {
      log?.warn({ file, code: error.code }, "The kept token for Target cannot be read");
      return undefined;
    });
    if (kept === undefined || kept.token === refusedToken || kept.token === held?.token) {
      return false;
    }
    const lifetimeMs = lifetimeOf(kept, clock.wallMs());
    if (lifetimeMs <= 0) return false;
    hold({ token: kept.token, lifetimeMs });
    return true;
  };

  const renew = async (): Promise<void> => {
    if (await takeKept()) return;
    if (clock.monoMs() < notBeforeMonoMs) return;
    const startMonoMs = clock.monoMs();
    notBeforeMonoMs = startMonoMs + pauseMs(inARow, random());
    inARow += 1;
    const made = await endpoint.newToken();
    if (!made.ok) {
      log?.warn({ reason: made.error, tries: inARow }, "There is no new token for Target");
      return;
    }
    const { renewMonoMs } = hold(made.value);
    notBeforeMonoMs = Math.max(startMonoMs + MIN_PAUSE_MS, Math.min(notBeforeMonoMs, renewMonoMs));
    await keep(made.value);
  };

  /** A token that is not kept works as well, but not for the others. */
  const keep = async ({ token, lifetimeMs }: NewToken): Promise<void> => {
    const expiresMs = lifetimeMs === undefined ? undefined : clock.wallMs() + lifetimeMs;
    await writeKeptToken(file, { token, expiresMs }).catch((error: NodeJS.ErrnoException) => {
      log?.warn({ file, code: error.code }, "The token for Target cannot be kept");
    });
  };

  return {
    token: async () => {
      const monoMs = clock.monoMs();
      if (held !== undefined && monoMs < held.renewMonoMs) return held.token;
      if (held !== undefined && held !== ended) {
        // It served to its end: what went wrong before it is over.
        ended = held;
        inARow = 0;
      }
      renewing ??= renew().finally(() => (renewing = undefined));
      await renewing;
      if (held !== undefined && clock.monoMs() < held.expiresMonoMs) return held.token;
      throw new TokenUnavailableError();
    },
    refused: (token) => {
      if (held?.token !== token) return;
      // One that served is replaced at once; one that never did is no better for being replaced.
      if (clock.monoMs() - held.sinceMonoMs >= MAX_PAUSE_MS) inARow = 0;
      refusedToken = token;
      held = undefined;
    },
    close: async () => {
      await renewing;
      await endpoint.close();
    },
  };
}

function lifetimeOf({ expiresMs }: KeptToken, wallMs: number): number {
  return expiresMs === undefined ? Infinity : expiresMs - wallMs;
}

/** Chance keeps several proxies from renewing in step. */
function pauseMs(inARow: number, random: number): number {
  return Math.min(MAX_PAUSE_MS, PAUSE_MS * 2 ** inARow * (1 + random / 2));
}
