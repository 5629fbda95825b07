import type { FastifyInstance, FastifyRequest } from "fastify";
import type { VisitorId } from "../domain/visitor-id.ts";
import { acknowledgement, turnedDown } from "./acknowledgement.ts";
import { answerThroughFaults, plain, refusal, type Answer } from "./answer.ts";
import { keepAttributes } from "./attribute-rules.ts";
import { authenticationObjection } from "./authentication.ts";
import type { Call, LoggedCall } from "./call-log.ts";
import type { EmulatorState } from "./emulator-state.ts";
import type { AttributeRecord } from "./profile.ts";
import { bodyOf } from "./request-body.ts";
import { readUpdate, type UpdateRequest } from "./update-request.ts";

/** Source: "8 KB for GET and 60 KB for POST". */
export const MAX_GET_BYTES = 8_192;
export const MAX_POST_BYTES = 61_440;

type Request = FastifyRequest<{ Params: { client: string } }>;

/** The Single Profile Update API. Query and form body count alike. */
export function routeUpdate(app: FastifyInstance, state: EmulatorState): void {
  app.route<{ Params: { client: string } }>({
    method: ["GET", "POST"],
    url: "/m2/:client/profile/update",
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const update = readUpdate(request, state.switches);
      const subject = { route: "update" as const, visitor: update.visitors[0] };
      return answerThroughFaults(state, subject, request, reply, {
        arrive: () => arrive(state, request, update),
        discard: () => {
          if (state.switches.refusedCallsCount === "yes") state.meter.count(state.nowMs());
          log(state, request, update, "refused", "fault");
        },
      });
    },
  });
}

/** What Target decided about a call. */
interface Decision {
  readonly answer: Answer;
  readonly effect: Call["effect"];
  readonly note: string;
  /** What is to be applied, when there is anybody to apply it to. */
  readonly attributes: AttributeRecord;
}

const SERVICE_UNAVAILABLE = plain(503, "Service Unavailable");

function arrive(state: EmulatorState, request: Request, update: UpdateRequest): Answer {
  const nowMs = state.nowMs();
  const { refusedCallsCount } = state.switches;
  if (refusedCallsCount === "yes") state.meter.count(nowMs);
  const isOver =
    state.meter.inWindow(nowMs) + (refusedCallsCount === "yes" ? 0 : 1) > state.tuning.limit;
  const decision = decide(state, request, update, isOver);
  if (refusedCallsCount === "no" && decision.effect !== "refused") state.meter.count(nowMs);
  const call = log(state, request, update, decision.effect, decision.note);
  if (decision.effect === "known") applyLater(state, update.visitors, decision.attributes, call);
  return decision.answer;
}

function decide(
  state: EmulatorState,
  request: Request,
  update: UpdateRequest,
  isOver: boolean,
): Decision {
  const refused = (answer: Answer | undefined, note: string): Decision | undefined =>
    answer && { answer, effect: "refused", note, attributes: {} };
  const { problem } = update;
  return (
    refused(clientObjection(state, request), "unknownClient") ??
    refused(authenticationObjection(state, request, "update"), "authentication") ??
    refused(sizeObjection(state, request), "oversize") ??
    refused(isTooFast(state) ? SERVICE_UNAVAILABLE : undefined, "updatesPerSecond") ??
    refused(isOver ? overLimit(state) : undefined, "overLimit") ??
    refused(
      problem && turnedDown(state.switches, problem.form, problem.message),
      problem?.by ?? "",
    ) ??
    decideWellFormed(state, update)
  );
}

function decideWellFormed(state: EmulatorState, update: UpdateRequest): Decision {
  const { switches } = state;
  const browser = update.visitors.find(({ kind }) => kind === "browser");
  const acknowledged = acknowledgement(switches, browser?.value);
  const { attributes, losses, refusedBy } = keepAttributes(update.attributes, switches);
  if (refusedBy !== undefined) {
    const answer = refusal(`Illegal profile parameter ${refusedBy.name}`);
    return { answer, effect: "refused", note: refusedBy.by, attributes };
  }
  const known = update.visitors.filter((visitor) => state.profiles.isKnown(visitor));
  if (known.length === 0) {
    const answer = unknownVisitor(state, acknowledged);
    return { answer, effect: "unknown", note: "", attributes };
  }
  const isTooMuch = known.some((visitor) => state.profiles.wouldPass64K(visitor, attributes));
  if (switches.profileOver64K === "refused-body" && isTooMuch) {
    const answer = refusal("Profile is too large");
    return { answer, effect: "refused", note: "profileOver64K", attributes };
  }
  const note = losses.join(", ");
  const isNothingLeft = Object.keys(attributes).length === 0;
  return { answer: acknowledged, effect: isNothingLeft ? "dropped" : "known", note, attributes };
}

function unknownVisitor({ switches }: EmulatorState, acknowledged: Answer): Answer {
  switch (switches.unknownVisitor) {
    case "acknowledged":
      return acknowledged;
    case "refused-body":
      return refusal("Profile not found");
    case "status-404":
      return plain(404, "Not Found");
  }
}

function clientObjection(state: EmulatorState, request: Request): Answer | undefined {
  const { client } = request.params;
  const { clientPath, unknownClient } = state.switches;
  const isCode = client === state.client && clientPath !== "literal-only";
  const isLiteral = client === "client" && clientPath !== "code-only";
  if (isCode || isLiteral) return undefined;
  if (unknownClient === "status-404") return plain(404, "Not Found");
  return turnedDown(state.switches, unknownClient, "Unknown client");
}

function sizeObjection(state: EmulatorState, request: Request): Answer | undefined {
  const isAddressLong = (request.raw.url?.length ?? 0) > MAX_GET_BYTES;
  if (!isAddressLong && bodyOf(request).bytes <= MAX_POST_BYTES) return undefined;
  const { oversize } = state.switches;
  if (oversize !== "status-413-414") return turnedDown(state.switches, oversize, "Too large");
  return isAddressLong ? plain(414, "URI Too Long") : plain(413, "Payload Too Large");
}

function isTooFast(state: EmulatorState): boolean {
  const { updatesPerSecond } = state.switches;
  return updatesPerSecond > 0 && state.seconds.callsAt(state.nowMs()) >= updatesPerSecond;
}

function overLimit(state: EmulatorState): Answer {
  switch (state.switches.overLimit) {
    case "refused-body":
      return refusal("Request could not be processed");
    case "status-429":
      return plain(429, "Too Many Requests");
    case "status-503":
      return SERVICE_UNAVAILABLE;
    case "acknowledged-and-dropped":
      return acknowledgement(state.switches, undefined);
  }
}

function applyLater(
  state: EmulatorState,
  visitors: readonly VisitorId[],
  attributes: AttributeRecord,
  call: LoggedCall,
): void {
  const { minMs, maxMs } = state.tuning.propagation;
  const delayMs = Math.round(minMs + state.random() * (maxMs - minMs));
  for (const visitor of visitors) {
    state.profiles.updateLater(visitor, attributes, state.nowMs() + delayMs, {
      emptyValue: state.switches.emptyValue,
      isInOrder: state.switches.updateOrder === "in-order",
      onDropped: (why) => call.learn("dropped", why),
    });
  }
}

function log(
  state: EmulatorState,
  request: FastifyRequest,
  { visitors, attributes }: UpdateRequest,
  effect: Call["effect"],
  note: string,
): LoggedCall {
  const atMs = state.nowMs();
  state.seconds.count(atMs);
  if (effect === "refused") state.seconds.countRefused(atMs);
  return state.calls.add({
    at: new Date(atMs).toISOString(),
    atMs,
    method: request.method === "GET" ? "GET" : "POST",
    ...(visitors[0] === undefined ? {} : { visitor: visitors[0] }),
    attributes,
    effect,
    ...(note === "" ? {} : { note }),
  });
}
