import type { FastifyInstance, FastifyReply } from "fastify";
import { bodyOf } from "../../../src/emulator/request-body.ts";

/** One update call as Target's own log has it, from its first byte to the end of its answer. */
export interface RecordedCall {
  /** Target's id of the visitor. */
  readonly visitor: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Its places in the one order in which all calls began and ended; the latter once it has. */
  readonly began: number;
  readonly ended: number;
  /** On the fleet's clock. */
  readonly beganMs: number;
  readonly endedMs: number;
  /** When it began in real time, in milliseconds since 1970, as the database's own clock tells. */
  readonly beganRealMs: number;
}

export interface TargetRecorder {
  readonly calls: () => readonly RecordedCall[];
  /** Requests of any kind that have begun and not ended; whoever sent them may be gone. */
  readonly open: () => number;
}

/**
 * Writes down when each call to a Target begins and ends. One ends when its answer is out or the line
 * is gone, and not before Target has made up its mind: a call that is held up on its way while whoever
 * sent it dies is still to come.
 */
export function recordCalls(app: FastifyInstance, nowMs: () => number): TargetRecorder {
  const calls: { -readonly [Key in keyof RecordedCall]: RecordedCall[Key] }[] = [];
  const undecided = new WeakMap<FastifyReply, () => void>();
  let order = 0;
  let open = 0;

  app.addHook("preHandler", async (request, reply) => {
    open += 1;
    const call = request.url.includes("/profile/update")
      ? { ...readCall(bodyOf(request).latin1), ...beginning() }
      : undefined;
    if (call !== undefined) calls.push(call);
    const end = () => {
      open -= 1;
      if (call === undefined) return;
      order += 1;
      Object.assign(call, { ended: order, endedMs: nowMs() });
    };
    reply.raw.once("close", () => {
      if (reply.sent) end();
      else undecided.set(reply, end);
    });
  });
  app.addHook("onSend", async (_request, reply) => {
    undecided.get(reply)?.();
    undecided.delete(reply);
  });

  const beginning = () => {
    order += 1;
    const never = Number.POSITIVE_INFINITY;
    const beganMs = nowMs();
    return { began: order, ended: never, beganMs, endedMs: never, beganRealMs: Date.now() };
  };
  return { calls: () => calls, open: () => open };
}

function readCall(form: string): Pick<RecordedCall, "visitor" | "attributes"> {
  const parameters = new URLSearchParams(form);
  const attributes = [...parameters].flatMap(([name, value]) =>
    name.startsWith("profile.") ? [[name.slice("profile.".length), value] as const] : [],
  );
  return {
    visitor: parameters.get("mbox3rdPartyId") ?? "",
    attributes: Object.fromEntries(attributes),
  };
}
