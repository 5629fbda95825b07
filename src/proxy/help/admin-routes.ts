import type { FastifyInstance } from "fastify";
import { HELP_CALLS_PATH, type HelpAnswer, type HelpCalls } from "../../contract/help-call.ts";
import type { Clock } from "../../domain/clock.ts";
import { replyProblem } from "../problem-reply.ts";
import type { HelpStore } from "../store/help-store.ts";

export interface HelpCallsDeps {
  readonly store: Pick<HelpStore, "openHelpCalls" | "answerHelp">;
  readonly clock: Pick<Clock, "wallMs">;
}

/** Ours: calls a list gives at most. */
const MAX_CALLS = 500;

/** Who waits for help, and who goes there: an operator anywhere, a store's own people in theirs (rule HC3). */
export function routeHelpCalls(admin: FastifyInstance, { store, clock }: HelpCallsDeps): void {
  admin.get(
    HELP_CALLS_PATH,
    { config: { access: ["viewer", "operator", "store"], isByStore: true } },
    async ({ actor }) => {
      const atMs = clock.wallMs();
      const calls = await store.openHelpCalls(atMs, MAX_CALLS, actor?.storeId);
      return { atMs, calls: [...calls] } satisfies HelpCalls;
    },
  );

  admin.post<{ Params: { callId: string } }>(
    `${HELP_CALLS_PATH}/:callId/answer`,
    { config: { access: ["operator", "store"], isByStore: true, act: "help-answer" } },
    async (request, reply) => {
      const { callId } = request.params;
      const { storeId } = request.actor ?? {};
      const answered = await store.answerHelp(callId, clock.wallMs(), storeId);
      if (answered === undefined) {
        return replyProblem(reply, "not-found", "Nobody waits there any more.");
      }
      request.actSubject = `${answered.storeId} ${answered.kioskId}`;
      return { callId, answeredMs: answered.answeredMs } satisfies HelpAnswer;
    },
  );
}
