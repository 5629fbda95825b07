import { createServer, request as sendRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** An answer as it came from behind, or as a test makes it up. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request that passes through, in the hands of a test. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly atMs: number;
  /** Whether its connection carried a request before: Chromium re-sends on such by itself. */
  readonly onReusedConnection: boolean;
  /** Lets the request through and gives the whole answer, which the browser has not seen yet. */
  readonly forward: () => Promise<Answer>;
  readonly answer: (answer: Answer) => void;
  /** Writes raw bytes to the browser and closes. */
  readonly writeRaw: (bytes: string) => void;
  /** Closes the connection without a word. */
  readonly cut: () => void;
}

export type Act = (exchange: Exchange) => Promise<void> | void;

/** A line between a browser and the proxy that a test can disturb, by path. */
export interface FaultProxy {
  readonly url: string;
  /** Every request that arrived at `path` so far, oldest first. */
  readonly seen: (path: string) => readonly Exchange[];
  /** From now on requests to `path` suffer `act`; without one they pass again. */
  readonly on: (path: string, act?: Act) => void;
  readonly close: () => Promise<void>;
}

export async function openFaultProxy(behind: string): Promise<FaultProxy> {
  const acts = new Map<string, Act>();
  const log: Exchange[] = [];
  const used = new WeakSet<Socket>();

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => undefined); // The browser went away; nobody is left to answer.
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const path = request.url ?? "/";
      const exchange: Exchange = {
        method: request.method ?? "GET",
        path,
        headers: request.headers,
        body,
        atMs: Date.now(),
        onReusedConnection: used.has(request.socket),
        forward: () => forward(behind, request.method ?? "GET", path, request.headers, body),
        answer: ({ status, headers, body: answerBody }) => {
          response.writeHead(status, endToEnd(headers, answerBody.length)).end(answerBody);
        },
        writeRaw: (bytes) => request.socket.end(bytes, () => request.socket.destroy()),
        cut: () => request.socket.destroy(),
      };
      used.add(request.socket);
      log.push(exchange);
      const act = acts.get(new URL(path, behind).pathname) ?? pass;
      Promise.resolve(act(exchange)).catch((error: unknown) => {
        // To the browser, nobody behind is a connection that closes. Anything else is a bug of the
        // test's act, and fails the run as an unhandled rejection.
        exchange.cut();
        if (!(error instanceof NobodyBehindError)) throw error;
      });
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: (path) => log.filter((each) => new URL(each.path, behind).pathname === path),
    on: (path, act) => void (act === undefined ? acts.delete(path) : acts.set(path, act)),
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

class NobodyBehindError extends Error {
  override readonly name = "NobodyBehindError";
}

const pass: Act = async (exchange) => exchange.answer(await exchange.forward());

/** The request takes its effect, and its answer never arrives. */
export const loseAnswer: Act = async (exchange) => {
  await exchange.forward();
  exchange.cut();
};

/** A hotel's sign-in page in place of the answer; the request never arrives. */
export const captivePortal: Act = (exchange) =>
  exchange.answer({
    status: 200,
    headers: { "content-type": "text/html" },
    body: Buffer.from("<!doctype html><title>Sign in</title><p>Welcome. Accept our terms."),
  });

/** An answer of `status` without having let the request through. */
export function refuse(status: number, headers: IncomingHttpHeaders = {}, body = ""): Act {
  return (exchange) => exchange.answer({ status, headers, body: Buffer.from(body) });
}

function forward(
  behind: string,
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Promise<Answer> {
  return new Promise((answered, failed) => {
    const onward = sendRequest(
      new URL(path, behind),
      // A connection of its own: what was kept open may lead to a process that is gone.
      { method, headers: { ...whole(headers), connection: "close" }, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", (cause) => failed(new NobodyBehindError(path, { cause })));
        answer.on("end", () =>
          answered({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    onward.on("error", (cause) => failed(new NobodyBehindError(path, { cause })));
    onward.end(body);
  });
}

/** Asks for the whole answer as it is: a 304 or a compressed one could not be rewritten. */
function whole(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const {
    "if-none-match": _tag,
    "if-modified-since": _since,
    "accept-encoding": _encoding,
    ...rest
  } = headers;
  return rest;
}

/** Headers without those that belong to one connection. */
function endToEnd(headers: IncomingHttpHeaders, length: number): IncomingHttpHeaders {
  const {
    connection: _connection,
    "transfer-encoding": _encoding,
    "keep-alive": _alive,
    ...rest
  } = headers;
  return { ...rest, "content-length": String(length) };
}
