import type { FastifyError, FastifyInstance, FastifyReply } from "fastify";
import { problemFor, type ProblemCode } from "../contract/problem.ts";
import { REQUEST_ID_HEADER } from "./request-log.ts";
import { isStoreTrouble } from "./store/store-error.ts";

/** Answers with problem details (RFC 9457). */
export function replyProblem(
  reply: FastifyReply,
  code: ProblemCode,
  detail: string,
  retryAfterSeconds?: number,
): FastifyReply {
  const requestId = reply.request.id;
  const problem = { ...problemFor(code, detail), requestId };
  if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
  return reply
    .code(problem.status)
    .header("content-type", "application/problem+json")
    .header(REQUEST_ID_HEADER, requestId)
    .send(JSON.stringify(problem));
}

/**
 * Turns what Fastify itself refuses into problem details. Nothing of the request is repeated in an
 * answer or a log line: it may hold a card number (rule PV2).
 */
export function answerErrorsAsProblems(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply) => {
    // Refused before its body was read: what is still on its way is not waited for.
    if (reply.statusCode >= 400 && !request.raw.complete) reply.header("connection", "close");
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const thrown: unknown = error;
    switch (error.code) {
      case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
        return replyProblem(
          reply,
          "unsupported-media-type",
          "Send content-type: application/json.",
        );
      case "FST_ERR_CTP_BODY_TOO_LARGE":
        return replyProblem(reply, "body-too-large", "Send fewer entries at once.");
      default:
        if (error.statusCode !== undefined && error.statusCode < 500) {
          return replyProblem(reply, "invalid-body", "The request could not be read.");
        }
        if (isStoreTrouble(thrown)) {
          request.log.error(
            { route: request.routeOptions.url, error: thrown.name, reason: thrown.message },
            "the store did not do it",
          );
          return replyProblem(reply, "store-unavailable", `${thrown.message}.`, 5);
        }
        request.log.error(
          { route: request.routeOptions.url, error: error.name, stack: error.stack },
          "request failed",
        );
        return replyProblem(reply, "internal", "It was logged; nothing was taken in.", 5);
    }
  });
  app.setNotFoundHandler((_request, reply) =>
    replyProblem(reply, "not-found", "See the README for the addresses of this listener."),
  );
}
