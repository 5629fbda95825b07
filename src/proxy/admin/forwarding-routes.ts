import type { FastifyInstance, FastifyReply } from "fastify";
import { FORWARDING_PATH, PauseRequest } from "../../contract/forwarding.ts";
import type { Clock } from "../../domain/clock.ts";
import { whereOf } from "../issue-words.ts";
import { parseJson } from "../parse-json.ts";
import { replyProblem } from "../problem-reply.ts";
import type { ForwardingStore } from "../store/forwarding-store.ts";

export interface ForwardingRoutesDeps {
  readonly store: Pick<ForwardingStore, "forwarding" | "pauseForwarding" | "resumeForwarding">;
  readonly clock: Pick<Clock, "wallMs">;
  /** The ledger's time now, by which the breaker's pause is told. */
  readonly ledgerMs: () => number;
  /** Told after forwarding was resumed, so that it need not wait. */
  readonly onResumed: () => void;
}

/** Whether anything is sent to Target, for all replicas, and an operator's word on it (rule FT2). */
export function routeForwarding(admin: FastifyInstance, deps: ForwardingRoutesDeps): void {
  const { store, clock } = deps;
  const state = () => store.forwarding(deps.ledgerMs());

  admin.get(
    FORWARDING_PATH,
    { config: { access: ["viewer", "marketer", "operator", "privacy"] } },
    state,
  );

  admin.post(
    `${FORWARDING_PATH}/pause`,
    { config: { access: ["operator"], act: "forwarding-pause" } },
    async (request, reply): Promise<FastifyReply | Awaited<ReturnType<typeof state>>> => {
      const asked = PauseRequest.safeParse(
        request.body === undefined ? {} : parseJson(request.body),
      );
      if (!asked.success) return replyProblem(reply, "invalid-body", `${whereOf(asked.error)}.`);
      const { reason } = asked.data;
      if (reason !== undefined) request.actSubject = reason;
      const who = request.actor?.name ?? "";
      await store.pauseForwarding({ atMs: clock.wallMs(), who, reason });
      return state();
    },
  );

  admin.post(
    `${FORWARDING_PATH}/resume`,
    { config: { access: ["operator"], act: "forwarding-resume" } },
    async () => {
      await store.resumeForwarding();
      deps.onResumed();
      return state();
    },
  );
}
