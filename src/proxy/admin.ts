import fastify, { LogController, type FastifyInstance, type FastifyServerOptions } from "fastify";
import {
  BACKUP_PATH,
  DEAD_LETTERS_PATH,
  INCIDENTS_PATH,
  type BackupReceipt,
} from "../contract/admin.ts";
import { isToken } from "./admin-token.ts";
import { answerErrorsAsProblems, replyProblem } from "./problem-reply.ts";
import type { Store } from "./store/store.ts";

export interface AdminDeps {
  readonly store: Store;
  readonly token: string;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** Makes a backup and gives its folder. */
  readonly backup: () => Promise<string>;
}

/** Ours: rows a list gives at most. */
const MAX_ROWS = 500;

/**
 * The admin listener, on a port of its own. Health and metrics name no visitor and need no token;
 * the lists do.
 */
export function createAdmin(deps: AdminDeps, options: FastifyServerOptions = {}): FastifyInstance {
  const admin = fastify({
    bodyLimit: 65_536,
    logController: new LogController({ disableRequestLogging: true }),
    ...options,
  });
  admin.removeAllContentTypeParsers();
  answerErrorsAsProblems(admin);
  admin.addHook("onSend", async (_request, reply) => {
    reply.headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  });

  admin.get("/healthz", async () => ({ status: "up" }));
  admin.get("/metrics", async (_request, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(await deps.metrics()),
  );
  void admin.register(async (guarded) => {
    guarded.addHook("onRequest", async (request, reply) => {
      const [scheme, token] = (request.headers.authorization ?? "").split(" ");
      if (scheme === "Bearer" && token !== undefined && isToken(token, deps.token)) return;
      reply.header("www-authenticate", "Bearer");
      await replyProblem(reply, "unauthorized", "Send Authorization: Bearer and the admin token.");
    });
    guarded.get(INCIDENTS_PATH, async () => ({ incidents: await deps.store.incidents(MAX_ROWS) }));
    routeBackup(guarded, deps.backup);
    guarded.get(DEAD_LETTERS_PATH, async () => ({
      deadLetters: await deps.store.deadLetters(MAX_ROWS),
    }));
  });
  return admin;
}

/** One at a time: two would only be slower, and fill the disk twice. */
function routeBackup(guarded: FastifyInstance, backup: AdminDeps["backup"]): void {
  let isRunning = false;
  guarded.post(BACKUP_PATH, async (_request, reply) => {
    if (isRunning) return replyProblem(reply, "busy", "A backup is being made.", 10);
    isRunning = true;
    try {
      return { folder: await backup() } satisfies BackupReceipt;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return await replyProblem(reply, "backup-failed", `Nothing was kept of it: ${reason}.`);
    } finally {
      isRunning = false;
    }
  });
}
