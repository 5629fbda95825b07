import fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import {
  AUDIT_PATH,
  BACKUP_PATH,
  DEAD_LETTERS_PATH,
  INCIDENTS_PATH,
  OUTCOMES_PATH,
  type BackupReceipt,
  type Outcomes,
} from "../../contract/admin.ts";
import { HEALTH_PATH, METRICS_PATH } from "../../contract/health.ts";
import type { Clock } from "../../domain/clock.ts";
import { routeHelpCalls } from "../help/admin-routes.ts";
import { routeImport, type ImportDeps } from "../import.ts";
import { acceptJsonOnly } from "../json-only.ts";
import { answerErrorsAsProblems, replyProblem } from "../problem-reply.ts";
import { routeOpenApi } from "../openapi/route.ts";
import type { ObservedRequest } from "../process-metrics.ts";
import { logRequests, requestNames } from "../request-log.ts";
import { ADMIN_HEADERS } from "../security-headers.ts";
import { isLoopback } from "../settings.ts";
import { routeDevices, type DeviceRoutesDeps } from "../devices/admin-routes.ts";
import type { Privacy } from "../privacy/privacy.ts";
import { routeKeys, type KeyRoutesDeps } from "../keys/key-routes.ts";
import { routePrivacy, routePrivacyLog } from "../privacy/privacy-routes.ts";
import { routeReceipts } from "../privacy/receipt-routes.ts";
import type { ConfigBook } from "../config-book.ts";
import type { Redrive } from "../redrive.ts";
import type { Store, StoreFigures } from "../store/store.ts";
import { routeConsole } from "./console-files.ts";
import { routeForwarding } from "./forwarding-routes.ts";
import { guardRoutes } from "./guard.ts";
import { routeHeld } from "./held-routes.ts";
import { routeJourney } from "./journey-routes.ts";
import { createLoginThrottle } from "./login-throttle.ts";
import { routeOverview } from "./overview-routes.ts";
import { routeRedrive } from "./redrive-routes.ts";
import { EVERY_ROLE, routeSession, routeTokens } from "./session-routes.ts";
import { createSessions } from "./sessions.ts";
import type { TokenStore } from "./token-file.ts";
import { createTokens } from "./tokens.ts";

export interface AdminDeps {
  readonly store: Store;
  /** Takes in what kiosks saved to files. */
  readonly imports: ImportDeps;
  /** Who may send, and the codes that make somebody one of them. */
  readonly devices: DeviceRoutesDeps;
  /** The token the proxy was started with: an operator's. */
  readonly token: string;
  /** The named ones. */
  readonly namedTokens: TokenStore;
  readonly clock: Clock;
  readonly privacy: Privacy;
  readonly keys: KeyRoutesDeps;
  /** The words that were ever shown. */
  readonly book: ConfigBook;
  /** Told after updates that were held were merged. */
  readonly onReleased: () => void;
  /** The ledger's time now. */
  readonly ledgerMs: () => number;
  /** Told after forwarding was resumed. */
  readonly onResumed: () => void;
  readonly redrive: Redrive;
  /** Makes a backup and gives its folder. */
  readonly backup: () => Promise<string>;
  readonly figures: () => Promise<StoreFigures>;
  /** Calls allowed in any rolling 24 hours. */
  readonly allowed: number;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** Told of every request as it ends. */
  readonly observeRequest?: ((request: ObservedRequest) => void) | undefined;
  /** Reached from this machine only: then nobody asks for it by another name. */
  readonly isLoopbackOnly: boolean;
  /** Folder of the built console; absent in tests of the API alone. */
  readonly consoleDir?: string | undefined;
}

/** Ours: rows a list gives at most. */
const MAX_ROWS = 500;

/**
 * The admin listener, on a port of its own. Every route declares who may use it; health and metrics
 * name no visitor and are for anybody who reaches the port.
 */
export function createAdmin(deps: AdminDeps, options: FastifyServerOptions = {}): FastifyInstance {
  const { store, clock } = deps;
  const admin = fastify({
    bodyLimit: 65_536,
    ...requestNames(),
    ...options,
  });
  logRequests(admin, "admin", deps.observeRequest);
  acceptJsonOnly(admin);
  answerErrorsAsProblems(admin);
  if (deps.isLoopbackOnly) refuseOtherNames(admin);

  const tokens = createTokens(deps.token, deps.namedTokens);
  const sessions = createSessions(tokens, clock);
  const throttle = createLoginThrottle(clock);
  guardRoutes(admin, { tokens, sessions, throttle, clock, appendAudit: store.appendAudit });
  admin.addHook("onSend", async (_request, reply) => {
    const kept = reply.getHeader("cache-control");
    reply.headers({ ...ADMIN_HEADERS, ...(kept === undefined ? {} : { "cache-control": kept }) });
  });

  admin.get(HEALTH_PATH, { config: { access: "anybody" } }, async () => ({ status: "up" }));
  admin.get(METRICS_PATH, { config: { access: "anybody" } }, async (_request, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(await deps.metrics()),
  );
  routeOpenApi(admin, "admin", { config: { access: EVERY_ROLE } });
  routeSession(admin, { tokens, sessions, throttle });
  routeTokens(admin, deps.namedTokens, clock);
  routeDevices(admin, deps.devices);
  routeOverview(admin, deps);
  routeJourney(admin, deps);
  routeHelpCalls(admin, { store, clock });
  routeHeld(admin, { store, clock, onReleased: deps.onReleased });
  routeForwarding(admin, { store, clock, ledgerMs: deps.ledgerMs, onResumed: deps.onResumed });
  routeRedrive(admin, deps.redrive);
  routePrivacy(admin, deps.privacy);
  routePrivacyLog(admin, deps.privacy);
  routeKeys(admin, deps.keys);
  routeReceipts(admin, { store, book: deps.book });
  routeBackup(admin, deps.backup);
  routeImport(admin, deps.imports);
  if (deps.consoleDir !== undefined) routeConsole(admin, deps.consoleDir);
  admin.get(
    INCIDENTS_PATH,
    { config: { access: ["viewer", "operator", "store", "privacy"], isByStore: true } },
    async ({ actor }) => ({ incidents: await store.incidents(MAX_ROWS, actor?.storeId) }),
  );
  admin.get(
    DEAD_LETTERS_PATH,
    { config: { access: ["viewer", "marketer", "operator", "privacy"] } },
    async () => ({ deadLetters: await store.deadLetters(MAX_ROWS) }),
  );
  admin.get(
    OUTCOMES_PATH,
    { config: { access: ["viewer", "marketer", "operator", "privacy"] } },
    async () => (await deps.figures()).scans satisfies Outcomes,
  );
  admin.get(AUDIT_PATH, { config: { access: ["operator", "privacy"] } }, async () => ({
    acts: await store.audit(MAX_ROWS),
  }));
  return admin;
}

/**
 * A page that lets its own name point to 127.0.0.1 is of the same origin as whatever listens there
 * (DNS rebinding); its requests give themselves away by that name.
 */
function refuseOtherNames(admin: FastifyInstance): void {
  admin.addHook("onRequest", async (request, reply) => {
    if (isLoopback(request.hostname)) return;
    await replyProblem(reply, "wrong-host", "Ask for 127.0.0.1 or localhost.");
  });
}

/** One at a time: two would only be slower, and fill the disk twice. */
function routeBackup(admin: FastifyInstance, backup: AdminDeps["backup"]): void {
  let isRunning = false;
  const config = { access: ["operator"] as const, act: "backup" };
  admin.post(BACKUP_PATH, { config }, async (_request, reply) => {
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
