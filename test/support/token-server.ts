import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export const CLIENT_ID = "client-id-of-ours";
export const SECRET = "secret-of-the-identity-service";

/** In place of the next answer of the token endpoint. */
export type TokenTrouble = (response: ServerResponse) => void;

export interface AskedForToken {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
}

const ACKNOWLEDGEMENT =
  "<response><success>true</success><pcId></pcId><message>Request successfully submitted</message></response>";

/**
 * A Target that wants a token, and the endpoint that makes them, on one real socket: each new token
 * ends the one before.
 */
export async function aTokenServer({ lifetimeSeconds = 7_775_999 } = {}) {
  const asked: AskedForToken[] = [];
  const shown: (string | undefined)[] = [];
  const troubles: TokenTrouble[] = [];
  let made = 0;
  let valid: string | undefined;
  let beforeAnswer: () => Promise<unknown> = async () => {};

  const makeToken = () => {
    made += 1;
    valid = `token-${made}`;
    return valid;
  };
  const answerForToken = (request: IncomingMessage, response: ServerResponse) => {
    asked.push({ method: request.method, path: request.url, headers: request.headers });
    const trouble = troubles.shift();
    if (trouble !== undefined) return trouble(response);
    const isOurs =
      request.headers["x-api-key"] === CLIENT_ID &&
      request.headers.authorization === `Bearer ${SECRET}`;
    if (!isOurs) return void response.writeHead(401).end();
    const accessToken = makeToken();
    const answer = {
      accessToken,
      tokenType: "bearer",
      scope: "profile_api",
      expiresIn: lifetimeSeconds,
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  };
  const answerAsTarget = async (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    const token = request.headers.authorization?.replace("Bearer ", "");
    shown.push(token);
    await beforeAnswer();
    if (token === undefined || token !== valid)
      return void response.writeHead(403).end("Forbidden");
    response.writeHead(200, { "content-type": "text/xml" }).end(ACKNOWLEDGEMENT);
  };

  const server = createServer((request, response) => {
    if (request.url?.startsWith("/m2/")) void answerAsTarget(request, response);
    else if (request.method === "HEAD") response.writeHead(200).end();
    else answerForToken(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  onTestFinished(close);
  return {
    origin,
    url: new URL("/tenant/target/authentication/token?scope=profile_api", origin),
    /** What the token endpoint was asked. */
    asked,
    /** Tokens Target was shown, in order. */
    shown,
    /** Somebody else makes a new token. */
    makeToken,
    /** The token ends by itself. */
    end: () => (valid = undefined),
    trouble: (...next: readonly TokenTrouble[]) => void troubles.push(...next),
    /** Holds Target's answers back. */
    holdAnswers: (until: () => Promise<unknown>) => {
      beforeAnswer = until;
    },
    close,
  };
}
