import type { FastifyInstance } from "fastify";
import { HELD_PATH, type HeldReceipt } from "../../contract/admin.ts";
import type { Clock } from "../../domain/clock.ts";
import { replyProblem } from "../problem-reply.ts";
import type { Store } from "../store/store.ts";

export interface HeldRoutesDeps {
  readonly store: Pick<Store, "held" | "releaseHeld" | "discardHeld">;
  readonly clock: Pick<Clock, "wallMs">;
  /** Told after updates were merged, so that forwarding need not wait. */
  readonly onReleased: () => void;
}

/** Ours: minutes a list gives at most. */
const MAX_MINUTES = 500;

/** Ours: few enough that no batch waits for it. */
const AT_ONCE = 500;

/** What is beyond a kiosk's pace, for an operator to let through or delete (rule CD2). */
export function routeHeld(admin: FastifyInstance, deps: HeldRoutesDeps): void {
  const { store, clock, onReleased } = deps;

  admin.get(HELD_PATH, { config: { access: ["viewer", "operator", "privacy"] } }, async () => ({
    held: await store.held(MAX_MINUTES),
  }));

  const decide = (act: "release" | "discard", decideSome: HeldStep, onDone: () => void) =>
    admin.post<{ Params: { deviceId: string } }>(
      `${HELD_PATH}/:deviceId/${act}`,
      { config: { access: ["operator"], act: `held-${act}` } },
      async (request, reply) => {
        const { deviceId } = request.params;
        request.actSubject = deviceId;
        const receipt = await decideAll(decideSome, deviceId, clock.wallMs());
        if (receipt.updates + receipt.unopened === 0) {
          return replyProblem(reply, "not-found", "Nothing of a kiosk of that id is held.");
        }
        onDone();
        return receipt;
      },
    );
  decide("release", store.releaseHeld, onReleased);
  decide("discard", store.discardHeld, () => undefined);
}

type HeldStep = Store["releaseHeld"];

/** Goes on until a step finds nothing more. */
async function decideAll(step: HeldStep, deviceId: string, nowMs: number): Promise<HeldReceipt> {
  let updates = 0;
  let unopened = 0;
  for (;;) {
    const done = await step({ deviceId, nowMs, limit: AT_ONCE, skip: unopened });
    updates += done.updates;
    unopened += done.unopened;
    if (done.updates + done.unopened === 0) return { updates, unopened };
  }
}
