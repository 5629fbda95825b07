import fastifyStatic from "@fastify/static";
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from "fastify";
import { READY_PATH } from "../contract/health.ts";
import { HEARTBEAT_PATH, HeartbeatRequest, type HeartbeatReceipt } from "../contract/heartbeat.ts";
import { INGEST_PATH, MAX_BATCH_BYTES } from "../contract/ingest.ts";
import { CONFIG_PATH, type KioskConfig } from "../contract/kiosk-config.ts";
import { SEALING_KEY_PATH, type SealingKey } from "../contract/sealing.ts";
import type { Device } from "../contract/update.ts";
import type { Clock } from "../domain/clock.ts";
import { createAdmission, type Admission } from "./admission/admission.ts";
import { admitBatches, type TicketOf } from "./admission/admit-batches.ts";
import { budgetBodies, type KioskOfKey } from "./body-budget.ts";
import { isCrossOrigin } from "./cross-origin.ts";
import { replyRefusal, signedRequestOf, type Gate, type Sender } from "./devices/gate.ts";
import { routePairing } from "./devices/kiosk-routes.ts";
import { OTHER_NONCE, type Pairing } from "./devices/pairing.ts";
import type { DeviceRegistry } from "./devices/registry.ts";
import type { FloodLimit } from "./flood-limit.ts";
import { routeHelp } from "./help/kiosk-routes.ts";
import { httpLimits } from "./http-limits.ts";
import { NO_ROOM, type Ingest } from "./ingest.ts";
import { acceptJsonOnly } from "./json-only.ts";
import { whereOf } from "./issue-words.ts";
import { parseJson } from "./parse-json.ts";
import { answerErrorsAsProblems, replyProblem } from "./problem-reply.ts";
import type { ObservedRequest } from "./process-metrics.ts";
import { routeOpenApi } from "./openapi/route.ts";
import { logRequests, requestNames } from "./request-log.ts";
import { KIOSK_HEADERS, ownPolicyOf, STRICT_TRANSPORT_SECURITY } from "./security-headers.ts";
import { isStoreTrouble } from "./store/store-error.ts";
import type { HeartbeatResult, Store } from "./store/store.ts";

export interface AppDeps {
  readonly ingest: Ingest;
  readonly store: Store;
  readonly clock: Clock;
  /** Everything a kiosk asks for passes it; there is no way around (rule AU1). */
  readonly gate: Gate;
  /** Whose a key is that a request names, before anything of it is believed. */
  readonly registry: Pick<DeviceRegistry, "find">;
  readonly pairing: Pairing;
  /** Shared by everything a kiosk sends. */
  readonly flood: FloodLimit;
  /** Shared by the batches of all kiosks; one of its own unless somebody else looks at it too. */
  readonly admission?: Admission;
  /** What a kiosk is to work with, by its record. */
  readonly configFor: (device: Device) => KioskConfig;
  /** The key that kiosks are to seal to. */
  readonly sealingKey: () => SealingKey;
  /** Whether there are older ones too, and kiosks are to say which they need. */
  readonly hasOlderKeys?: () => boolean;
  /** Folder of the built kiosk; absent in tests of the API alone. */
  readonly kioskDir?: string | undefined;
  /** Told after updates were stored, so that forwarding need not wait. */
  readonly onStored: () => void;
  /** False while stopping: readiness says so, and no new work is taken. */
  readonly isAccepting: () => boolean;
  /** Told of every request as it ends. */
  readonly observeRequest?: ((request: ObservedRequest) => void) | undefined;
  /** False while the disk is so full that nothing more is taken in: readiness says so. */
  readonly hasRoom?: (() => boolean) | undefined;
  /** Routes that only some composition root mounts. */
  readonly mount?: ((app: FastifyInstance) => void) | undefined;
}

/**
 * Ours: batches of one kiosk at once. It sends one at a time; Chromium may send it two or three times
 * (rule FL7).
 */
const MAX_BATCHES_PER_KIOSK = 3;

/** Ours: a heartbeat that could not be kept may come again after so many seconds. */
const HEARTBEAT_RETRY_SECONDS = 5;

/** The kiosk listener: the built app and the three addresses it talks to. */
export async function createApp(
  deps: AppDeps,
  options: FastifyServerOptions = {},
): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: MAX_BATCH_BYTES,
    ...httpLimits(),
    ...requestNames(),
    ...options,
  });
  logRequests(app, "kiosk", deps.observeRequest);
  answerErrorsAsProblems(app);
  app.addHook("onSend", async (request, reply) => {
    const ownPolicy = reply.getHeader("content-security-policy");
    reply.headers(KIOSK_HEADERS);
    if (ownPolicy !== undefined) reply.header("content-security-policy", ownPolicy);
    if (request.protocol === "https") {
      reply.header("strict-transport-security", STRICT_TRANSPORT_SECURITY);
    }
  });
  refuseOtherOrigins(app);
  acceptJsonOnly(app);
  const kioskOfKey: KioskOfKey = (keyId) => {
    const known = deps.registry.find(keyId);
    return known === undefined || known.state === "revoked" ? undefined : known.device.deviceId;
  };
  const { admission = createAdmission({ clock: deps.clock, random: Math.random }) } = deps;
  const ticketOf = admitBatches(app, admission, MAX_BATCH_BYTES, kioskOfKey);
  budgetBodies(app, MAX_BATCH_BYTES, kioskOfKey);

  app.get(READY_PATH, async (_request, reply) => {
    if (!deps.isAccepting()) {
      return replyProblem(reply, "stopping", "Another process may take over.", 5);
    }
    if (deps.hasRoom?.() === false) {
      return replyProblem(reply, NO_ROOM.code, NO_ROOM.detail, NO_ROOM.retryAfterSeconds);
    }
    return reply.send({ status: "ready" });
  });
  routeIngest(app, deps, admission, ticketOf);
  routeHeartbeat(app, deps);
  app.get(CONFIG_PATH, async (request, reply) => {
    const sender = admit(deps, request, reply);
    if (sender === undefined) return reply;
    return reply.header("cache-control", "no-store").send(deps.configFor(sender.device));
  });
  // A public key, for everybody who wants to keep something from everybody else.
  app.get(SEALING_KEY_PATH, async (_request, reply) =>
    reply.header("cache-control", "no-store").send(deps.sealingKey()),
  );
  routePairing(app, deps, (request, reply) => admit(deps, request, reply));
  routeHelp(app, deps, (request, reply) => admit(deps, request, reply));
  routeOpenApi(app, "kiosk");
  deps.mount?.(app);
  if (deps.kioskDir !== undefined) await serveKiosk(app, deps.kioskDir);
  return app;
}

/**
 * Only the kiosk's own pages call the API; anybody may follow a link to the kiosk. No answer ever
 * carries a CORS header.
 */
function refuseOtherOrigins(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    const isPage = request.method === "GET" && !request.url.startsWith("/v1/");
    if (isPage || !isCrossOrigin(request)) return;
    await replyProblem(reply, "cross-origin", "Call it from a page of this address.");
  });
}

/** Who sent a request; or nothing, and it has been answered by the name of what is wrong. */
function admit(
  { gate, clock, flood }: AppDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Sender | undefined {
  const sender = gate(signedRequestOf(request));
  if (!sender.ok) {
    replyRefusal(reply, sender.error, clock.wallMs());
    return undefined;
  }
  request.sentBy = sender.value.device.deviceId;
  const waitSeconds = flood(sender.value.device.deviceId);
  if (waitSeconds === undefined) return sender.value;
  replyProblem(reply, "too-many-requests", "Send it again a little later.", waitSeconds);
  return undefined;
}

function routeIngest(
  app: FastifyInstance,
  deps: AppDeps,
  admission: Admission,
  ticketOf: TicketOf,
): void {
  const inFlightByKiosk = new Map<string, number>();
  app.post(INGEST_PATH, async (request, reply) => {
    if (!deps.isAccepting()) return replyProblem(reply, "stopping", "Send it again.", 2);
    const sender = admit(deps, request, reply);
    if (sender === undefined) return reply;
    const { deviceId } = sender.device;
    const ofKiosk = inFlightByKiosk.get(deviceId) ?? 0;
    if (ofKiosk >= MAX_BATCHES_PER_KIOSK) {
      return replyProblem(reply, "busy", "Wait for the answer to the last ones.", 1);
    }
    if (!Buffer.isBuffer(request.body)) {
      return replyProblem(reply, "invalid-body", "The body is empty.");
    }
    const ticket = ticketOf(request);
    if (ticket === undefined) {
      return replyProblem(reply, "busy", "This kiosk was paired just now.", 1);
    }
    inFlightByKiosk.set(deviceId, ofKiosk + 1);
    try {
      // With false, nobody waits for an answer any more.
      if (!(await ticket.turn())) return reply;
      const answer = await deps.ingest(request.body, sender);
      if (answer.type === "receipt") {
        ticket.end("kept");
        deps.onStored();
        return reply.header("cache-control", "no-store").send(answer.receipt);
      }
      const { code, detail } = answer;
      if (code !== "store-unavailable") {
        return replyProblem(reply, code, detail, answer.retryAfterSeconds);
      }
      ticket.end("trouble");
      request.log.error({ reason: detail }, "a batch was not kept");
      return replyProblem(reply, code, detail, admission.retryAfterSeconds());
    } finally {
      ticket.end("refused");
      const left = (inFlightByKiosk.get(deviceId) ?? 1) - 1;
      if (left > 0) inFlightByKiosk.set(deviceId, left);
      else inFlightByKiosk.delete(deviceId);
    }
  });
}

function routeHeartbeat(app: FastifyInstance, deps: AppDeps): void {
  app.post(HEARTBEAT_PATH, async (request, reply) => {
    const sender = admit(deps, request, reply);
    if (sender === undefined) return reply;
    const beat = HeartbeatRequest.safeParse(parseJson(request.body));
    if (!beat.success) {
      return replyProblem(reply, "invalid-body", whereOf(beat.error));
    }
    if (beat.data.nonce !== sender.nonce) {
      return replyProblem(reply, OTHER_NONCE.code, OTHER_NONCE.detail);
    }
    const hasOlderKeys = deps.hasOlderKeys?.() === true;
    let heard: HeartbeatResult;
    try {
      const { device, digest } = sender;
      const told = hasOlderKeys ? deps.sealingKey().kid : undefined;
      heard = await deps.store.heartbeat(
        { ...beat.data, device },
        deps.clock.wallMs(),
        digest,
        told,
      );
    } catch (error) {
      if (!isStoreTrouble(error)) throw error;
      request.log.error({ error: error.name, reason: error.message }, "a heartbeat was not kept");
      return replyProblem(reply, "store-unavailable", `${error.message}.`, HEARTBEAT_RETRY_SECONDS);
    }
    if (heard.type === "nonce-reused") {
      return replyProblem(reply, "nonce-reused", "It came before with another body.");
    }
    const receipt: HeartbeatReceipt = {
      v: 1,
      nonce: beat.data.nonce,
      proxyTimeMs: heard.receiptMs,
      configVersion: deps.configFor(sender.device).version,
      sealing: deps.sealingKey(),
      ...(heard.resend === undefined ? {} : { resend: heard.resend }),
      ...(hasOlderKeys ? { askSealedTo: true } : {}),
      askHealth: true,
      askTroubles: true,
    };
    return reply.header("cache-control", "no-store").send(receipt);
  });
}

/**
 * The built kiosk. Hashed files never change; everything else is asked for again each time, so that
 * a new version is seen at the next look and a rolled-back one too.
 */
async function serveKiosk(app: FastifyInstance, kioskDir: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: kioskDir,
    cacheControl: false,
    preCompressed: true,
    setHeaders: (reply, file) => {
      const hashed = /[\\/]assets[\\/]/.test(file);
      reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      const ownPolicy = ownPolicyOf(file);
      if (ownPolicy !== undefined) reply.header("content-security-policy", ownPolicy);
    },
  });
}
