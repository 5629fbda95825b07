import { readFileSync } from "node:fs";
import path from "node:path";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import type { Clock } from "../domain/clock.ts";
import { adminToken } from "./admin-token.ts";
import { createAdmin } from "./admin.ts";
import { createApp } from "./app.ts";
import { takeBackup } from "./backup/take-backup.ts";
import { prepareDataDir } from "./data-dir.ts";
import { createForwarder } from "./forwarder.ts";
import { createIngest } from "./ingest.ts";
import { readKioskConfig } from "./kiosk-config-file.ts";
import { openLedgerClock } from "./ledger-clock.ts";
import { listen } from "./listen.ts";
import { createMetrics } from "./metrics.ts";
import type { Settings, TargetSettings } from "./settings.ts";
import { StartupError } from "./startup-error.ts";
import { openSqliteStore } from "./store/sqlite-store.ts";
import { createTargetClient } from "./target/target-client.ts";

export interface ProxyOptions {
  readonly settings: Settings;
  readonly target: TargetSettings;
  readonly clock: Clock;
  readonly kioskDir: string | undefined;
  readonly mount?: ((app: FastifyInstance) => void) | undefined;
  /** The store can no longer be trusted: end the process rather than guess. */
  readonly onFatal: (error: Error) => void;
}

export interface Proxy {
  readonly kioskUrl: string;
  readonly adminUrl: string;
  /** Where the generated admin token lies, when it was not given. */
  readonly adminTokenFile: string | undefined;
  /** Stops taking in, lets calls in flight end, and closes the store. */
  readonly close: () => Promise<void>;
}

/** Puts the proxy together and listens. Throws a `StartupError` naming what to change. */
export async function openProxy(options: ProxyOptions): Promise<Proxy> {
  const { settings, clock } = options;
  const kioskConfig = readKioskConfig(settings.kioskConfigFile);
  const tls = readTls(settings.tls);
  prepareDataDir(settings.dataDir);
  const admin = adminToken(settings.adminToken, settings.dataDir);
  const store = await openSqliteStore({
    path: path.join(settings.dataDir, "tarjeta.sqlite"),
    onFatal: options.onFatal,
  });

  const target = createTargetClient({ ...options.target, method: settings.updateMethod });
  const ledger = await openLedgerClock({ store, clock });
  const app = await createApp(
    {
      store,
      clock,
      kioskConfig,
      ingest: createIngest({ store, clock }),
      kioskDir: options.kioskDir,
      onStored: () => forwarder.notify(),
      isAccepting: () => accepting,
      mount: options.mount,
    },
    { ...LOGGING, ...tls, ...trust(settings.trustedHops) },
  );
  const forwarder = createForwarder({
    store,
    target,
    clock,
    ledger,
    random: Math.random,
    allowed: settings.dailyCalls,
    log: app.log,
  });
  const adminApp = createAdmin(
    {
      store,
      token: admin.token,
      metrics: createMetrics({
        figures: () => store.figures(clock.wallMs(), ledger.nowMs()),
        allowed: settings.dailyCalls,
      }),
      backup: () =>
        takeBackup({
          backupsDir: path.join(settings.dataDir, "backups"),
          keysFile: settings.keysFile,
          copyDatabase: store.copyTo,
          nowMs: clock.wallMs(),
        }),
    },
    LOGGING,
  );

  let accepting = true;
  const close = async () => {
    accepting = false;
    await app.close();
    await adminApp.close();
    await forwarder.stop();
    await target.close();
    await store.close();
  };
  try {
    const kioskUrl = await listen(app, settings.host, settings.port, KIOSK_VARIABLES);
    const adminUrl = await listen(
      adminApp,
      settings.adminHost,
      settings.adminPort,
      ADMIN_VARIABLES,
    );
    forwarder.start();
    return { kioskUrl, adminUrl, adminTokenFile: admin.file, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const KIOSK_VARIABLES = { host: "HOST", port: "PORT" };
const ADMIN_VARIABLES = { host: "ADMIN_HOST", port: "ADMIN_PORT" };

/** Structured lines on standard error; standard output is for the person who starts it. */
const LOGGING: FastifyServerOptions = {
  logger: { level: "warn", stream: process.stderr },
};

function trust(hops: number | undefined): FastifyServerOptions {
  return hops === undefined ? {} : { trustProxy: (_address, hop) => hop <= hops };
}

function readTls(files: Settings["tls"]): FastifyServerOptions {
  if (files === undefined) return {};
  const read = (variable: string, file: string) => {
    try {
      return readFileSync(file);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new StartupError(`${variable}: ${file} cannot be read (${code}).`, { cause });
    }
  };
  const https = {
    cert: read("TLS_CERT_FILE", files.certFile),
    key: read("TLS_KEY_FILE", files.keyFile),
  };
  return { https } as FastifyServerOptions;
}
