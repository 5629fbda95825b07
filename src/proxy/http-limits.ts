import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyServerOptions } from "fastify";
import { problemFor, type ProblemCode } from "../contract/problem.ts";
import { replyProblem } from "./problem-reply.ts";
import { KIOSK_HEADERS } from "./security-headers.ts";

/** Ours: no request of a kiosk has a quarter of it, signature headers included. */
export const MAX_HEADER_BYTES = 8_192;

/** Ours: above 10,000 kiosks, below what a process may hold open. */
const MAX_CONNECTIONS = 16_384;

export interface HttpTimes {
  /** Longest a whole request may take to arrive. */
  readonly requestMs: number;
  /** Longest its headers may take. */
  readonly headersMs: number;
  /** How often connections are looked at; a limit is kept to this exactness. */
  readonly lookMs: number;
}

/** Ours: a batch of 2 MB over a poor line takes well below a minute. */
const TIMES: HttpTimes = { requestMs: 60_000, headersMs: 10_000, lookMs: 2_000 };

/** What every listener of ours is made with: what is slow, large or no HTTP is cut off by name. */
export function httpLimits(times: HttpTimes = TIMES): FastifyServerOptions {
  return {
    requestTimeout: times.requestMs,
    clientErrorHandler: refuseByName,
    // An address that cannot be decoded passes no hook, and Fastify's own answer would repeat it.
    frameworkErrors: (_error, _request, reply: FastifyReply) =>
      replyProblem(reply.headers(KIOSK_HEADERS), "invalid-request", "The address is no address."),
    http: serverLimits(times),
  } as FastifyServerOptions;
}

/** For `http.createServer` and `https.createServer` alike. */
export function serverLimits(times: HttpTimes = TIMES) {
  return {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: times.headersMs,
    connectionsCheckingInterval: times.lookMs,
    requireHostHeader: true,
  };
}

/** What only a server that is there can be told. */
export function limitConnections(server: { maxConnections: number }): void {
  server.maxConnections = MAX_CONNECTIONS;
}

/** Answers what never became a request, as problem details with the headers every answer has. */
function refuseByName(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = refusalOf(error.code);
  const problem = problemFor(code, detail);
  const body = JSON.stringify(problem);
  const headers = {
    ...KIOSK_HEADERS,
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join("")}\r\n${body}`,
    // Who does not read the answer does not keep the socket either.
    () => socket.destroy(),
  );
}

function refusalOf(code: string | undefined): readonly [ProblemCode, string] {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return ["too-slow", "Send fewer entries at once."];
    case "HPE_HEADER_OVERFLOW":
      return ["headers-too-large", `Headers may have ${MAX_HEADER_BYTES} bytes.`];
    default:
      return ["invalid-request", "The request could not be read."];
  }
}
