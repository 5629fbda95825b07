/**
 * Where the profile authentication token comes from that Target is shown.
 *
 * An account has one token at a time: whoever makes a new one ends the old one, for everybody who
 * uses it. So a source never makes one without need, and looks first whether somebody else did.
 */
export interface TokenSource {
  /** The token to show now. Throws a `TokenUnavailableError` while none can be had. */
  readonly token: () => Promise<string>;
  /** Target refused this very token. What is no longer the current one changes nothing. */
  readonly refused: (token: string) => void;
  readonly close: () => Promise<void>;
}

/** There is no token to show: nothing was sent. */
export class TokenUnavailableError extends Error {
  override readonly name = "TokenUnavailableError";
}

/** Never given a token or a secret. */
export interface TokenLog {
  readonly warn: (details: object, message: string) => void;
}

/** `TARGET_TOKEN`: whatever Target says of it, there is no other until somebody restarts the proxy. */
export function fixedToken(token: string, log?: TokenLog): TokenSource {
  let isKnown = false;
  return {
    token: async () => token,
    refused: () => {
      if (!isKnown) log?.warn({}, "Target refuses TARGET_TOKEN; updates wait until it is replaced");
      isKnown = true;
    },
    close: async () => {},
  };
}
