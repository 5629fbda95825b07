import type { FastifyReply, FastifyRequest } from "fastify";
import type { EmulatorState } from "./emulator-state.ts";
import type { FaultSubject } from "./faults.ts";

/** What Target says, before any fault has had its way with it. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** The two ways a request can end at Target. */
export interface Arrival {
  /** It arrived and is treated as Target would. */
  readonly arrive: () => Answer;
  /** It arrived, and a fault has decided that nothing comes of it. */
  readonly discard: () => void;
}

const XML = "text/xml;charset=UTF-8";

/** Source: older Adobe documentation, exactly; the current page shows it with its tags lost. */
export const ACKNOWLEDGED: Answer = {
  status: 200,
  type: XML,
  body: "<response><success>true</success><pcId></pcId><message>Request successfully submitted</message></response>",
};

/** By analogy with bulk: "the response contains `success=false` and a detailed message". */
export function refusal(message: string): Answer {
  const text = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return {
    status: 200,
    type: XML,
    body: `<response><success>false</success><pcId></pcId><message>${text}</message></response>`,
  };
}

export function plain(status: number, body: string): Answer {
  return { status, type: "text/plain;charset=UTF-8", body };
}

const CAPTIVE_PORTAL =
  "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Please sign in to the network</h1></body></html>";

/** Answers a request, through whatever fault it suffers. */
export async function answerThroughFaults(
  state: EmulatorState,
  subject: FaultSubject,
  request: FastifyRequest,
  reply: FastifyReply,
  arrival: Arrival,
): Promise<FastifyReply> {
  const send = (answer: Answer) => reply.code(answer.status).type(answer.type).send(answer.body);
  const breakOff = () => {
    reply.hijack();
    request.raw.socket.destroy();
    return reply;
  };

  const fault = state.faults.take(subject);
  switch (fault?.type) {
    case undefined:
      return send(arrival.arrive());
    case "status":
      arrival.discard();
      if (fault.retryAfter !== undefined) reply.header("retry-after", String(fault.retryAfter));
      return send(plain(fault.status, fault.body));
    case "delay": {
      const answer = arrival.arrive();
      await state.sleep(fault.delayMs);
      return send(answer);
    }
    case "late-arrival":
      await state.sleep(fault.delayMs);
      return send(arrival.arrive());
    case "lost-reply":
      arrival.arrive();
      return breakOff();
    case "lost-call":
      return breakOff();
    case "half-answer": {
      const { status, type, body } = arrival.arrive();
      reply.hijack();
      reply.raw.writeHead(status, { "content-type": type, "content-length": body.length });
      reply.raw.write(body.slice(0, body.length / 2), () => request.raw.socket.destroy());
      return reply;
    }
    case "refused-body":
      arrival.discard();
      return send(refusal(fault.message));
    case "html":
      return send({ status: 200, type: "text/html;charset=UTF-8", body: CAPTIVE_PORTAL });
  }
}
