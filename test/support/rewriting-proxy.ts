import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A request on its way, bodies byte for byte as latin1. */
export interface WireRequest {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** What happens to requests and answers between a client and a service. */
export interface Rewriting {
  /** The request as it goes on, or the answer that it gets instead. */
  readonly request?: (
    request: WireRequest,
  ) => WireRequest | WireAnswer | Promise<WireRequest | WireAnswer>;
  readonly answer?: (answer: WireAnswer, request: WireRequest) => WireAnswer | Promise<WireAnswer>;
}

export interface RewritingProxy {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Stands on a port of its own before the service at `origin`, and is what clients see of it. */
export async function openRewritingProxy(
  origin: string,
  rewriting: Rewriting,
): Promise<RewritingProxy> {
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch((error: Error) => outgoing.destroy(error));
  });

  const pass = async (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => {
    const request: WireRequest = {
      method: incoming.method ?? "GET",
      target: incoming.url ?? "/",
      headers: incoming.headers,
      body: (await buffer(incoming)).toString("latin1"),
    };
    const next = (await rewriting.request?.(request)) ?? request;
    const arrived = "status" in next ? next : await sendOn(origin, agent, next);
    const answer = (await rewriting.answer?.(arrived, request)) ?? arrived;
    const body = Buffer.from(answer.body, "latin1");
    outgoing.writeHead(answer.status, {
      ...plainHeaders(answer.headers),
      "content-length": body.length,
    });
    outgoing.end(body);
  };

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function sendOn(
  origin: string,
  agent: http.Agent,
  request: WireRequest,
): Promise<WireAnswer> {
  const { method, target, headers, body } = request;
  const bytes = Buffer.from(body, "latin1");
  const length = bytes.length > 0 || method !== "GET" ? { "content-length": bytes.length } : {};
  const going = http.request(origin, {
    agent,
    method,
    path: target,
    headers: { ...plainHeaders(headers), ...length },
  });
  going.end(bytes);
  const [arriving] = (await once(going, "response")) as [http.IncomingMessage];
  return {
    status: arriving.statusCode ?? 0,
    headers: arriving.headers,
    body: (await buffer(arriving)).toString("latin1"),
  };
}

/** What belongs to one connection, or to a body that may have changed. */
const OF_THE_CONNECTION = new Set([
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
]);

function plainHeaders(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) => value !== undefined && !OF_THE_CONNECTION.has(name),
    ),
  );
}
