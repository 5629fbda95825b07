import { readFile } from "node:fs/promises";
import type { Clock } from "../../domain/clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { TargetSettings, TokenEndpointSettings } from "../target-settings.ts";
import { createRenewedTokens } from "./renewed-tokens.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";
import { followTokenFile, isToken } from "./token-file.ts";
import { fixedToken, type TokenLog, type TokenSource } from "./token-source.ts";

/** The tokens the settings ask for; nothing where Target asks for none. Makes none before the first is needed. */
export function openTokens(
  { token, tokenFile, tokenEndpoint }: TargetSettings,
  clock: Clock,
  log: TokenLog,
): TokenSource | undefined {
  if (tokenEndpoint !== undefined) {
    const { url, clientId, keptIn } = tokenEndpoint;
    const endpoint = createTokenEndpoint({ url, clientId, secret: secretOf(tokenEndpoint) });
    return createRenewedTokens({ endpoint, file: keptIn, clock, random: Math.random, log });
  }
  if (token === undefined) return undefined;
  return tokenFile === undefined
    ? fixedToken(token, log)
    : followTokenFile({ file: tokenFile, monoMs: clock.monoMs, log }, token);
}

/** Adobe's identity tokens live for a day: one that comes as a file is read anew for each use. */
function secretOf(settings: TokenEndpointSettings): () => Promise<Result<string, string>> {
  const { secret, secretFile } = settings;
  return async () => {
    if (secretFile === undefined) return ok(secret);
    try {
      const text = (await readFile(secretFile, "utf8")).trim();
      return isToken(text) ? ok(text) : err("TARGET_TOKEN_SECRET_FILE holds no token");
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      return err(`TARGET_TOKEN_SECRET_FILE cannot be read (${code})`);
    }
  };
}
