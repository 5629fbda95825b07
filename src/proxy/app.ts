import fastifyStatic from "@fastify/static";
import fastify, { LogController, type FastifyInstance, type FastifyServerOptions } from "fastify";
import { CONTENT_SECURITY_POLICY } from "../contract/content-security-policy.ts";
import { HEARTBEAT_PATH, HeartbeatRequest, type HeartbeatReceipt } from "../contract/heartbeat.ts";
import { INGEST_PATH, MAX_BATCH_BYTES } from "../contract/ingest.ts";
import { CONFIG_PATH, type KioskConfig } from "../contract/kiosk-config.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ingest } from "./ingest.ts";
import { parseJson } from "./parse-json.ts";
import { answerErrorsAsProblems, replyProblem } from "./problem-reply.ts";
import { StoreFailedError, StoreFullError } from "./store/store-error.ts";
import type { HeartbeatResult, Store } from "./store/store.ts";

export interface AppDeps {
  readonly ingest: Ingest;
  readonly store: Store;
  readonly clock: Clock;
  readonly kioskConfig: KioskConfig;
  /** Folder of the built kiosk; absent in tests of the API alone. */
  readonly kioskDir?: string | undefined;
  /** Told after updates were stored, so that forwarding need not wait. */
  readonly onStored: () => void;
  /** False while stopping: readiness says so, and no new work is taken. */
  readonly isAccepting: () => boolean;
  /** Routes that only some composition root mounts. */
  readonly mount?: ((app: FastifyInstance) => void) | undefined;
}

/** Ours: batches stored at once; more than the group commit can take in a second only waits. */
const MAX_BATCHES_IN_FLIGHT = 64;

/** Ours: past the limit, come back within this many seconds, spread. */
const BUSY_RETRY_SECONDS = 5;

/** The kiosk listener: the built app and the three addresses it talks to. */
export async function createApp(
  deps: AppDeps,
  options: FastifyServerOptions = {},
): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: MAX_BATCH_BYTES,
    // Slow senders are cut off: a batch of 2 MB over a poor line takes well below a minute.
    requestTimeout: 60_000,
    // Request lines hold whole addresses, and nothing of a request is ever logged (rule PV2).
    logController: new LogController({ disableRequestLogging: true }),
    ...options,
  });
  acceptJsonOnly(app);
  answerErrorsAsProblems(app);
  app.addHook("onSend", async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });

  app.get("/readyz", async (_request, reply) =>
    deps.isAccepting()
      ? reply.send({ status: "ready" })
      : replyProblem(reply, "stopping", "Another process may take over.", 5),
  );
  routeIngest(app, deps);
  routeHeartbeat(app, deps);
  app.get(CONFIG_PATH, async (_request, reply) =>
    reply.header("cache-control", "no-store").send(deps.kioskConfig),
  );
  deps.mount?.(app);
  if (deps.kioskDir !== undefined) await serveKiosk(app, deps.kioskDir);
  return app;
}

/**
 * One content type, as bytes: validation happens in the handlers, where no content-type trick can
 * step around it.
 */
function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
}

function routeIngest(app: FastifyInstance, deps: AppDeps): void {
  let inFlight = 0;
  app.post(INGEST_PATH, async (request, reply) => {
    if (!deps.isAccepting()) return replyProblem(reply, "stopping", "Send it again.", 2);
    if (inFlight >= MAX_BATCHES_IN_FLIGHT) {
      const seconds = 1 + (inFlight % BUSY_RETRY_SECONDS);
      return replyProblem(reply, "busy", "Send it again a little later.", seconds);
    }
    if (!Buffer.isBuffer(request.body)) {
      return replyProblem(reply, "invalid-body", "The body is empty.");
    }
    inFlight += 1;
    try {
      const answer = await deps.ingest(request.body);
      if (answer.type === "problem") {
        const retry = answer.code === "store-unavailable" ? BUSY_RETRY_SECONDS : undefined;
        return replyProblem(reply, answer.code, answer.detail, retry);
      }
      deps.onStored();
      return reply.header("cache-control", "no-store").send(answer.receipt);
    } finally {
      inFlight -= 1;
    }
  });
}

function routeHeartbeat(app: FastifyInstance, deps: AppDeps): void {
  app.post(HEARTBEAT_PATH, async (request, reply) => {
    const beat = HeartbeatRequest.safeParse(parseJson(request.body));
    if (!beat.success) {
      const issue = beat.error.issues[0];
      return replyProblem(
        reply,
        "invalid-body",
        `${issue?.path.map(String).join(".") || "body"}: ${issue?.message ?? "not usable"}`,
      );
    }
    const receiptMs = deps.clock.wallMs();
    let heard: HeartbeatResult;
    try {
      heard = await deps.store.heartbeat(beat.data, receiptMs);
    } catch (error) {
      if (!(error instanceof StoreFullError || error instanceof StoreFailedError)) throw error;
      return replyProblem(reply, "store-unavailable", `${error.message}.`, BUSY_RETRY_SECONDS);
    }
    const receipt: HeartbeatReceipt = {
      v: 1,
      nonce: beat.data.nonce,
      proxyTimeMs: receiptMs,
      configVersion: deps.kioskConfig.version,
      ...heard,
    };
    return reply.header("cache-control", "no-store").send(receipt);
  });
}

const SECURITY_HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "geolocation=(), microphone=(), camera=(), payment=(), usb=()",
} as const;

/**
 * The built kiosk. Hashed files never change; everything else is asked for again each time, so that
 * a new version is seen at the next look and a rolled-back one too.
 */
async function serveKiosk(app: FastifyInstance, kioskDir: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: kioskDir,
    cacheControl: false,
    setHeaders: (reply, file) => {
      const hashed = /[\\/]assets[\\/]/.test(file);
      reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
