import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Result } from "../../domain/result.ts";
import { answerThroughFaults, plain, type Answer } from "../answer.ts";
import { authenticationObjection } from "../authentication.ts";
import type { EmulatorState } from "../emulator-state.ts";
import type { BatchProblem } from "./batch-parser.ts";
import { bulkRefusal, statusAnswer, submittedAnswer } from "./bulk-answers.ts";
import { createUploadReader, type Upload } from "./upload.ts";

interface BulkRequest {
  Params: { client: string };
  Querystring: { batchId?: string; showDetails?: string };
}

/** The Bulk Profile Update API, v1 and v2, and the status of its batches. */
export function routeBulk(app: FastifyInstance, state: EmulatorState): void {
  // The body is read as it arrives, whatever it calls itself: only its bytes tell a batch.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _body, done) => done(null, undefined));

  app.post("/m2/:client/profile/batchUpdate", submission(state, 1));
  app.post("/m2/:client/v2/profile/batchUpdate", submission(state, 2));
  app.route<BulkRequest>({
    method: "GET",
    url: "/m2/:client/profile/batchStatus",
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const count = () => state.switches.bulkStatusCounts === "no" || countCall(state);
      return answerThroughFaults(state, { route: "batch-status" }, request, reply, {
        arrive: () => (count() ? answerStatus(state, request) : TOO_MANY),
        discard: count,
      });
    },
  });
}

/** Source: over 50 calls a minute, "HTTP 503". */
const TOO_MANY = plain(503, "Service Unavailable");

/** Counts a call, those answered 503 too, and tells whether it is still within the limit. */
function countCall({ bulk, nowMs }: EmulatorState): boolean {
  return bulk.calls.count(nowMs()) <= bulk.tuning.callsPerMinute;
}

function submission(state: EmulatorState, version: 1 | 2) {
  return async (
    request: FastifyRequest<BulkRequest>,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    // A body that is left unread takes its socket away from the request, and leaves it open.
    const { socket } = request.raw;
    const upload = await readUpload(state, request);
    if (upload === "broken-off") {
      countCall(state);
      reply.hijack();
      socket.destroy();
      return reply;
    }
    return answerThroughFaults(state, { route: "bulk" }, request, reply, {
      arrive: () => {
        if (!countCall(state)) return TOO_MANY;
        return answerSubmission(state, request, upload, version);
      },
      discard: () => void countCall(state),
    });
  };
}

/** Reads the body to its end, also one that is too large, so that its sender hears the answer. */
async function readUpload(
  state: EmulatorState,
  request: FastifyRequest,
): Promise<Result<Upload, BatchProblem> | "broken-off"> {
  const { switches, random } = state;
  const reader = createUploadReader({ switches, lostShare: switches.bulkRowsLostShare, random });
  for await (const chunk of request.raw) {
    reader.write(chunk);
    const isOversize = reader.problem()?.type === "oversize";
    if (isOversize && switches.bulkOversize === "lost-connection") return "broken-off";
  }
  const upload = reader.end();
  const isOversize = !upload.ok && upload.error.type === "oversize";
  return isOversize && switches.bulkOversize === "lost-connection" ? "broken-off" : upload;
}

function answerSubmission(
  state: EmulatorState,
  request: FastifyRequest<BulkRequest>,
  upload: Result<Upload, BatchProblem>,
  version: 1 | 2,
): Answer {
  const { client } = request.params;
  if (!isOurs(state, client)) {
    switch (state.switches.unknownClient) {
      case "status-404":
        return plain(404, "Not Found");
      case "refused-body":
        return bulkRefusal("No such client");
      case "acknowledged-and-dropped":
        return submittedAnswer(
          state.switches,
          statusUrl(state, request, `${client}-${state.nowMs()}-0`),
        );
    }
  }
  const unauthorized = authenticationObjection(state, request, "bulk");
  if (unauthorized !== undefined) return unauthorized;
  if (!upload.ok) return refusalOf(state, upload.error);
  const id = state.bulk.batches.submit(upload.value, version);
  return submittedAnswer(state.switches, statusUrl(state, request, id));
}

function isOurs({ client, switches }: EmulatorState, asked: string): boolean {
  if (asked === client) return switches.clientPath !== "literal-only";
  return asked === "client" && switches.clientPath !== "code-only";
}

function refusalOf({ switches }: EmulatorState, { type, message }: BatchProblem): Answer {
  switch (type) {
    case "oversize":
      return switches.bulkOversize === "status-413"
        ? plain(413, "Payload Too Large")
        : bulkRefusal(message);
    case "malformed":
      return switches.bulkMalformed === "status-400"
        ? plain(400, "Bad Request")
        : bulkRefusal(message);
  }
}

/** Source: `http`, and the edge that took the batch; Adobe's sample names this one. */
const EDGE = "mboxedge45.tt.omtrdc.net";

function statusUrl({ client, bulk }: EmulatorState, request: FastifyRequest, id: string): string {
  const host = bulk.tuning.statusHost === "edge" ? EDGE : request.host;
  return `http://${host}/m2/${client}/profile/batchStatus?batchId=${encodeURIComponent(id)}`;
}

const HOUR_MS = 3_600_000;

function answerStatus(state: EmulatorState, request: FastifyRequest<BulkRequest>): Answer {
  if (!isOurs(state, request.params.client)) {
    return state.switches.unknownClient === "status-404"
      ? plain(404, "Not Found")
      : bulkRefusal("No such client");
  }
  const unauthorized = authenticationObjection(state, request, "bulk");
  if (unauthorized !== undefined) return unauthorized;
  const { batchId = "", showDetails } = request.query;
  const batch = state.bulk.batches.find(batchId);
  const keptMs = state.switches.bulkStatusRetentionHours * HOUR_MS;
  if (batch === undefined || state.nowMs() - batch.atMs >= keptMs) {
    return bulkRefusal("No such batch");
  }
  return statusAnswer(state.switches, batch, showDetails === "true");
}
