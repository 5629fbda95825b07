import type { FastifyInstance } from "fastify";
import { replyProblem } from "./problem-reply.ts";

/**
 * One content type, as bytes: validation happens in the handlers, where no content-type trick can
 * step around it. Bodies are taken as they come: nothing is ever inflated, so that no small body
 * can become a large one.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    const encoding = request.headers["content-encoding"];
    if (encoding === undefined || encoding.toLowerCase() === "identity") return;
    await replyProblem(reply, "encoding-not-accepted", "Send it without content-encoding.");
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
}
