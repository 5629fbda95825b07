import type { FastifyInstance, FastifyRequest } from "fastify";

/** The body of a request to Target as it came. Percent-encoding is ASCII: latin1 keeps every byte. */
export interface RequestBody {
  readonly type: "form" | "json" | "other";
  readonly latin1: string;
  readonly bytes: number;
}

const NO_BODY: RequestBody = { type: "other", latin1: "", bytes: 0 };

const FORM = "application/x-www-form-urlencoded";

/** Takes whatever is sent; what it means is decided later. */
export function takeBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const take = (type: RequestBody["type"], contentType: string) =>
    app.addContentTypeParser(contentType, { parseAs: "buffer" }, (_request, body: Buffer, done) =>
      done(null, { type, latin1: body.toString("latin1"), bytes: body.length }),
    );
  take("form", FORM);
  take("json", "application/json");
  take("other", "*");
}

export function bodyOf(request: FastifyRequest): RequestBody {
  return (request.body as RequestBody | undefined | null) ?? NO_BODY;
}
