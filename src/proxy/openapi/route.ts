import type { FastifyInstance, RouteShorthandOptions } from "fastify";
import { OPENAPI_PATH } from "../../contract/openapi.ts";
import { openApiOf, type Listener } from "./document.ts";

/** Serves the description of a listener on that listener. */
export function routeOpenApi(
  app: FastifyInstance,
  listener: Listener,
  options: RouteShorthandOptions = {},
): void {
  let text: string | undefined;
  app.get(OPENAPI_PATH, options, async (_request, reply) => {
    text ??= JSON.stringify(openApiOf(listener));
    return reply.type("application/json; charset=utf-8").send(text);
  });
}
