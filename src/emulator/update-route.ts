import type { FastifyInstance, FastifyRequest } from "fastify";
import { err, ok, type Result } from "../domain/result.ts";
import type { VisitorId } from "../domain/visitor-id.ts";
import { ACKNOWLEDGED, answerThroughFaults, plain, refusal, type Answer } from "./answer.ts";
import { authenticationObjection } from "./authentication.ts";
import type { Call } from "./call-log.ts";
import type { EmulatorState } from "./emulator-state.ts";
import { parseParameters, type Parameters } from "./parameters.ts";

/** Source: "8 KB for GET and 60 KB for POST". */
export const MAX_GET_BYTES = 8_192;
export const MAX_POST_BYTES = 61_440;

const FORM = "application/x-www-form-urlencoded";

/** The Single Profile Update API. Query and form body count alike. */
export function routeUpdate(app: FastifyInstance, state: EmulatorState): void {
  app.removeAllContentTypeParsers();
  // Percent-encoding is ASCII: latin1 keeps every byte as it came, so that strictness can see it.
  app.addContentTypeParser(FORM, { parseAs: "buffer" }, (_request, body: Buffer, done) =>
    done(null, body.toString("latin1")),
  );
  // Nothing documents another body; it is received and means nothing.
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, _body, done) => done(null, ""));

  app.route<{ Params: { client: string } }>({
    method: ["GET", "POST"],
    url: "/m2/:client/profile/update",
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const update = readUpdate(request);
      const { visitor } = update;
      return answerThroughFaults(state, { route: "update", visitor }, request, reply, {
        arrive: () => {
          const isOver = count(state);
          const answer = objectionTo(state, request, update, isOver);
          const isKnown = visitor !== undefined && state.profiles.isKnown(visitor);
          const effect = answer !== undefined ? "refused" : isKnown ? "known" : "unknown";
          log(state, request, update, effect);
          if (effect === "known") applyLater(state, visitor!, update.attributes);
          return answer ?? ACKNOWLEDGED;
        },
        discard: () => {
          count(state);
          log(state, request, update, "refused");
        },
      });
    },
  });
}

interface UpdateRequest {
  readonly visitor: VisitorId | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly problem: string | undefined;
}

function readUpdate(request: FastifyRequest): UpdateRequest {
  const query = request.raw.url?.split("?").slice(1).join("?") ?? "";
  const parameters = parseParameters(query, bodyOf(request));
  if (!parameters.ok) return { visitor: undefined, attributes: {}, problem: parameters.error };
  const visitor = visitorOf(parameters.value);
  const attributes = attributesOf(parameters.value);
  const problem = !visitor.ok
    ? visitor.error
    : Object.keys(attributes).length === 0
      ? "No profile parameters"
      : undefined;
  return { visitor: visitor.ok ? visitor.value : undefined, attributes, problem };
}

/** Adobe does not say what happens with both ids or none; refusing is what helps least. */
function visitorOf(parameters: Parameters): Result<VisitorId, string> {
  const browser = parameters.get("mboxPC");
  const member = parameters.get("mbox3rdPartyId");
  if (browser && member) return err("Both mboxPC and mbox3rdPartyId");
  if (browser) return ok({ kind: "browser", value: browser });
  if (!member) return err("Neither mboxPC nor mbox3rdPartyId");
  // Source: "You cannot send the following characters in mbox3rdPartyID: plus sign (+) and forward slash (/)".
  return /[+/]/.test(member)
    ? err("Illegal mbox3rdPartyId")
    : ok({ kind: "member", value: member });
}

/** Source: "Specify the profile parameters in the format `profile.paramName=value`". */
function attributesOf(parameters: Parameters): Readonly<Record<string, string>> {
  const prefix = "profile.";
  return Object.fromEntries(
    [...parameters]
      .filter(([name]) => name.startsWith(prefix) && name !== prefix)
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

function objectionTo(
  state: EmulatorState,
  request: FastifyRequest<{ Params: { client: string } }>,
  update: UpdateRequest,
  isOver: boolean,
): Answer | undefined {
  const { client } = request.params;
  if (client !== state.client && client !== "client") return plain(404, "Not Found");
  const unauthorized = authenticationObjection(state, request, "update");
  if (unauthorized !== undefined) return unauthorized;
  if ((request.raw.url?.length ?? 0) > MAX_GET_BYTES) return plain(414, "URI Too Long");
  if (bodyOf(request).length > MAX_POST_BYTES) return plain(413, "Payload Too Large");
  if (isOver) return overLimit(state);
  return update.problem === undefined ? undefined : refusal(update.problem);
}

function overLimit(state: EmulatorState): Answer {
  switch (state.switches.overLimit) {
    case "refused-body":
      return refusal("Request could not be processed");
    case "status-429":
      return plain(429, "Too Many Requests");
    case "status-503":
      return plain(503, "Service Unavailable");
    case "acknowledged-and-dropped":
      return ACKNOWLEDGED;
  }
}

/** Counts an arrival, refused ones too, and tells whether it was one too many. */
function count(state: EmulatorState): boolean {
  const nowMs = state.nowMs();
  state.meter.count(nowMs);
  return state.meter.inWindow(nowMs) > state.tuning.limit;
}

function applyLater(
  state: EmulatorState,
  visitor: VisitorId,
  attributes: Readonly<Record<string, string>>,
): void {
  const { minMs, maxMs } = state.tuning.propagation;
  const delayMs = minMs + state.random() * (maxMs - minMs);
  state.profiles.updateLater(visitor, attributes, state.nowMs() + delayMs);
}

function log(
  state: EmulatorState,
  request: FastifyRequest,
  update: UpdateRequest,
  effect: Call["effect"],
): void {
  const atMs = state.nowMs();
  state.calls.add({
    at: new Date(atMs).toISOString(),
    atMs,
    method: request.method === "GET" ? "GET" : "POST",
    ...(update.visitor === undefined ? {} : { visitor: update.visitor }),
    attributes: update.attributes,
    effect,
  });
}

function bodyOf(request: FastifyRequest): string {
  return typeof request.body === "string" ? request.body : "";
}
