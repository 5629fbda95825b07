import { randomUUID } from "node:crypto";
import { LogController, type FastifyInstance, type FastifyServerOptions } from "fastify";
import type { ObservedRequest } from "./process-metrics.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The kiosk whose signature was good, for the log. */
    sentBy: string | undefined;
  }
}

/** Where an answer says by which name it stands in the log, and a terminator by which in its own. */
export const REQUEST_ID_HEADER = "x-request-id";

/**
 * A name of ours for every request; what the client brings is none. Fastify's own lines hold whole
 * addresses, and nothing of a request is ever logged (rule PV2).
 */
export function requestNames(): FastifyServerOptions {
  return {
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true }),
  };
}

/**
 * Answers every request with its name, and writes one line at `info` as it ends (rule OP7): the route as
 * it was mounted and never the address, who sent it as we know them, and nothing that came with it but
 * a terminator's own name of it.
 */
export function logRequests(
  app: FastifyInstance,
  listener: ObservedRequest["listener"],
  observe?: (request: ObservedRequest) => void,
): void {
  app.decorateRequest("sentBy", undefined);
  app.addHook("onRequest", async (request, reply) => {
    reply.header(REQUEST_ID_HEADER, request.id);
  });
  app.addHook("onResponse", async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? "none";
    const { statusCode: status, elapsedTime: ms } = reply;
    observe?.({ listener, method, route, status, seconds: ms / 1_000 });
    const upstreamId = safeName(request.headers[REQUEST_ID_HEADER]);
    request.log.info(
      {
        listener,
        method,
        route,
        status,
        ms: Math.round(ms * 10) / 10,
        ...(request.sentBy === undefined ? {} : { device: request.sentBy }),
        ...(upstreamId === undefined ? {} : { upstreamId }),
      },
      "answered",
    );
  });
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HEX = /^(?=.*[a-f])[0-9a-f]{16,40}$/i;

/** Eight digits in a row may be a card (rule PV2). */
const SHORT_TOKEN = /^(?!.*\d{8})[A-Za-z0-9_.:-]{1,64}$/;

/** A name that a terminator gave; nothing where it might be anything else. */
export function safeName(value: string | readonly string[] | undefined): string | undefined {
  if (typeof value !== "string") return undefined;
  return UUID.test(value) || HEX.test(value) || SHORT_TOKEN.test(value) ? value : undefined;
}
