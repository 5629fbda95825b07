import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { createEmulator, DEMO_CLIENT, DEMO_VISITORS } from "../emulator/target-emulator.ts";
import type { Clock } from "../domain/clock.ts";
import { listen } from "./listen.ts";
import { parseJson } from "./parse-json.ts";
import { replyProblem } from "./problem-reply.ts";
import type { TargetSettings } from "./target-settings.ts";

/** The Target that stands in while no client code is given. */
export interface Demo {
  readonly url: string;
  readonly target: TargetSettings;
  readonly visitors: readonly string[];
  /** By then it has applied what it acknowledged. */
  readonly readBackAfterMinutes: number;
  /** Lets the demo page look at a profile through the kiosk's own origin. */
  readonly mount: (app: FastifyInstance) => void;
  readonly close: () => Promise<void>;
}

/** Starts the emulator on this machine only. */
export async function openDemo(host: string, port: number, clock: Clock): Promise<Demo> {
  const emulator = createEmulator({ clock });
  const url = await listen(emulator.app, host, port, { host: "HOST", port: "EMULATOR_PORT" });
  return {
    url,
    target: { client: DEMO_CLIENT, origin: url, token: undefined },
    visitors: DEMO_VISITORS,
    readBackAfterMinutes: 0.05,
    mount: (app) => mountProfileLookup(app, url),
    close: () => emulator.app.close(),
  };
}

/** Where the demo page asks for a profile; a body, because a card number has no place in an address. */
const DEMO_PROFILE_PATH = "/demo/profile";

const ProfileQuestion = z.strictObject({ card: z.string().regex(/^\d{13}$/) });

function mountProfileLookup(app: FastifyInstance, emulatorUrl: string): void {
  app.post(DEMO_PROFILE_PATH, async (request, reply) => {
    const question = ProfileQuestion.safeParse(parseJson(request.body));
    if (!question.success) return replyProblem(reply, "invalid-body", "card: 13 digits.");
    const answer = await fetch(
      `${emulatorUrl}/rest/v1/profiles/thirdPartyId/${question.data.card}?client=${DEMO_CLIENT}`,
    );
    return reply
      .code(answer.status)
      .header("cache-control", "no-store")
      .type("application/json")
      .send(await answer.text());
  });
}
