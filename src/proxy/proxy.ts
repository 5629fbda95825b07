import { randomUUID } from "node:crypto";
import path from "node:path";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import type { Clock } from "../domain/clock.ts";
import { createAdmin } from "./admin/admin.ts";
import { adminToken } from "./admin/admin-token.ts";
import { createLoginThrottle } from "./admin/login-throttle.ts";
import { openTokenStore } from "./admin/token-file.ts";
import { createApp } from "./app.ts";
import { takeBackup } from "./backup/take-backup.ts";
import { prepareDataDir } from "./data-dir.ts";
import { createGate } from "./devices/gate.ts";
import { createPairing, PAIRING_TRIES } from "./devices/pairing.ts";
import { openConfigBook } from "./publish-config.ts";
import { openDeviceRegistry } from "./devices/registry.ts";
import { createRegistryRefresh } from "./devices/registry-refresh.ts";
import { createShutOuts } from "./devices/shut-outs.ts";
import { createSetupCodes } from "./devices/setup-code.ts";
import { createSharedReading } from "./figures-reader.ts";
import { createAdmission } from "./admission/admission.ts";
import { createFloodLimit } from "./flood-limit.ts";
import { createDiskSpace, type DiskSpace } from "./disk-space.ts";
import { createForwarder } from "./forwarder.ts";
import { httpLimits, limitConnections, serverLimits } from "./http-limits.ts";
import { createIngest, takeIn } from "./ingest.ts";
import { readKioskConfigs } from "./kiosk-config-file.ts";
import { followKioskConfig } from "./kiosk-config/follow-file.ts";
import type { KioskConfigs } from "./kiosk-config/layers.ts";
import { createKeyRing } from "./keys/key-ring.ts";
import { openKeysFile } from "./keys/keys-file.ts";
import { publicKeyOf } from "./keys/keys.ts";
import { createBodyOpener } from "./open-body.ts";
import { openLedgerClock } from "./ledger-clock.ts";
import { listen } from "./listen.ts";
import { createMetrics } from "./metrics.ts";
import { createProcessMetrics } from "./process-metrics.ts";
import { isLoopback, type Settings } from "./settings.ts";
import type { TargetSettings } from "./target-settings.ts";
import { cardsPerMinuteFor } from "./store/limits.ts";
import { openStore } from "./store/open-store.ts";
import { createKioskWithdrawals } from "./privacy/kiosk-withdrawals.ts";
import { createPrivacy } from "./privacy/privacy.ts";
import { openPrivacyLog } from "./privacy/privacy-log.ts";
import { createBulkPace, sleepFor } from "./target/bulk/bulk-pace.ts";
import { createVault } from "./vault/vault.ts";
import { createResealing } from "./vault/resealing.ts";
import { createRetention } from "./vault/retention.ts";
import { openVisitorIds } from "./visitor-ids/open-visitor-ids.ts";
import { openTokens } from "./target/open-tokens.ts";
import { observedTarget } from "./target/observed-target.ts";
import { createTargetClient } from "./target/target-client.ts";
import type { ConnectionOptions } from "./target/target-connection.ts";
import { READ_BACK, type ReadBackTiming } from "./read-back/look-plan.ts";
import { openOverflow } from "./overflow/open-overflow.ts";
import { openCreation } from "./read-back/open-creation.ts";
import { createReadBack } from "./read-back/read-back.ts";
import { createRedrive } from "./redrive.ts";
import { readTlsPair, reloadTls } from "./tls-files.ts";

export interface ProxyOptions {
  readonly settings: Settings;
  /** The time limit of a call is ours unless given. */
  readonly target: TargetSettings & Pick<ConnectionOptions, "timeoutMs">;
  readonly clock: Clock;
  readonly kioskDir: string | undefined;
  readonly consoleDir?: string | undefined;
  readonly mount?: ((app: FastifyInstance) => void) | undefined;
  /** Pairs every browser that brings it while this process runs; for the demo only. */
  readonly linkToken?: string | undefined;
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
  const kioskConfigs = readKioskConfigs(settings.kioskConfigFile);
  const tls = readTls(settings.tls);
  prepareDataDir(settings.dataDir);
  const admin = adminToken(settings.adminToken, settings.dataDir);
  const namedTokens = openTokenStore(settings.dataDir);
  namedTokens.list(); // Throws on a file that cannot be used, before anything listens.
  const keys = openKeysFile(settings.keysFile, true);
  const ring = createKeyRing({
    file: settings.keysFile,
    keys,
    clock,
    warn: (sentence) => app.log.error(sentence),
  });
  const visitorIds = await openVisitorIds(settings.visitorIds, keys, clock, {
    warn: (details, message) => app.log.warn(details, message),
  });
  const store = await openStore(settings, {
    keys,
    limits: {
      cardsPerMinute: mostCardsPerMinute(kioskConfigs),
      maxAgeMs: settings.retention.maxUpdateAgeDays * DAY_MS,
    },
    onFatal: options.onFatal,
    warn: (sentence) => app.log.warn(sentence),
    say: (sentence) => process.stderr.write(`${sentence}\n`),
  });

  const vault = createVault(keys);
  // Only now that the store's lock says that nobody else has this folder.
  const privacyLog = await openPrivacyLog(settings.privacyLogFile, vault).catch(
    async (error: unknown) => {
      await store.close();
      throw error;
    },
  );
  const shutOuts = createShutOuts({ store, log: privacyLog, clock });
  // Before the registry reads who may send.
  await shutOuts.applyAgain().catch(async (error: unknown) => {
    await store.close();
    await privacyLog.close();
    throw error;
  });
  const logging = loggingAt(settings.logLevel);
  const tokens = openTokens(options.target, clock, {
    warn: (details, message) => app.log.warn(details, message),
  });
  const ownMetrics = createProcessMetrics(settings.dataDir);
  const target = observedTarget(
    createTargetClient({
      ...options.target,
      tokens,
      method: settings.updateMethod,
      path: settings.updatePath,
      maxValueLength: settings.maxValueLength,
    }),
    ownMetrics.observeCall,
    clock.monoMs,
  );
  const ledger = await openLedgerClock({ store, clock });
  const flood = createFloodLimit(clock);
  const admission = createAdmission({ clock, random: Math.random });
  const registry = await openDeviceRegistry(store, shutOuts.note);
  for (const { device, publicKey } of registry.list()) {
    if (publicKey !== undefined) continue;
    process.stderr.write(
      `The key of kiosk ${device.deviceId} is damaged in the database: pair that kiosk again.\n`,
    );
  }
  const pairing = createPairing({
    store,
    registry,
    clock,
    throttle: createLoginThrottle(clock, PAIRING_TRIES),
    newId: randomUUID,
    linkToken: options.linkToken,
    needsApproval: settings.pairingApproval,
    setupCodes: createSetupCodes(keys),
  });
  const book = await openConfigBook(store, kioskConfigs.all, clock.wallMs(), (sentence) =>
    process.stderr.write(`${sentence}\n`),
  );
  const liveConfigs = followKioskConfig({
    file: settings.kioskConfigFile,
    first: kioskConfigs,
    publish: (configs) => book.publish(configs, clock.wallMs()),
    log: {
      warn: (details, message) => app.log.warn(details, message),
      error: (details, message) => app.log.error(details, message),
    },
    onTaken(taken) {
      if (mostCardsPerMinute(taken) <= mostCardsPerMinute(kioskConfigs)) return;
      app.log.warn(
        {},
        "KIOSK_CONFIG raises cardLimits: the proxy holds by the former ones until its next start",
      );
    },
  });
  const disk = openDisk(settings, clock, (details, message) => app.log.error(details, message));
  const ingestDeps = {
    store,
    clock,
    openBody: createBodyOpener(ring),
    judge: book.judge,
    hasRoom: disk?.hasRoom,
    withdrawals: createKioskWithdrawals({
      store,
      vault,
      log: privacyLog,
      clock,
      cleared: settings.clearedValues,
    }),
  };
  const app = await createApp(
    {
      store,
      clock,
      flood,
      admission,
      gate: createGate(registry, clock),
      registry,
      pairing,
      configFor: liveConfigs.configFor,
      sealingKey: () => publicKeyOf(ring()),
      hasOlderKeys: () => ring().sealing.length > 1,
      ingest: createIngest(ingestDeps),
      kioskDir: options.kioskDir,
      onStored: () => forwarder.notify(),
      isAccepting: () => accepting,
      observeRequest: ownMetrics.observeRequest,
      hasRoom: disk?.hasRoom,
      mount: options.mount,
    },
    { ...logging, ...tls, ...trust(settings.trustedHops) },
  );
  const timing = readBackTiming(settings);
  const figures = createSharedReading(() => store.figures(clock.wallMs(), ledger.nowMs()), clock);
  const forwarder = createForwarder({
    store,
    target,
    visitorIds,
    clock,
    ledger,
    random: Math.random,
    allowed: settings.dailyCalls,
    spacingMs: settings.spacingSeconds * 1_000,
    freshMs: settings.freshMinutes * 60_000,
    readBack: timing,
    log: app.log,
  });
  const readBack = createReadBack({
    store,
    target,
    visitorIds,
    clock,
    random: Math.random,
    timing,
    dailyFetches: settings.dailyFetches,
    onOwed: () => forwarder.notify(),
    log: app.log,
  });
  const bulkPace = createBulkPace(clock, sleepFor);
  const creation = await openCreation({
    settings,
    target: { ...options.target, tokens },
    store,
    vault,
    visitorIds,
    clock,
    names: book.names,
    readBack: timing,
    pace: bulkPace,
    log: app.log,
  });
  const overflow = await openOverflow({
    settings,
    connectTo: { ...options.target, tokens },
    target,
    store,
    vault,
    visitorIds,
    clock,
    names: book.names,
    readBack: timing,
    pace: bulkPace,
    visitorsWaiting: async () => (await figures()).visitorsWaiting,
    onOwed: () => forwarder.notify(),
    log: app.log,
  });
  const privacy = createPrivacy({
    store,
    vault,
    log: privacyLog,
    visitorIds,
    clock,
    cleared: settings.clearedValues,
    organization: settings.organization,
    isShared: settings.databaseUrl !== undefined,
    onClearing: () => forwarder.notify(),
  });
  const redrive = createRedrive({
    store,
    clock,
    onOwed: () => forwarder.notify(),
    log: app.log,
  });
  const adminApp = createAdmin(
    {
      privacy,
      store,
      devices: { registry, pairing, store, clock },
      book,
      keys: { store, clock, keysFile: settings.keysFile, storageKid: vault.kid },
      imports: {
        takeIn: (handedOver) => takeIn(ingestDeps, handedOver),
        registry,
        clock,
        onStored: () => forwarder.notify(),
      },
      token: admin.token,
      namedTokens,
      clock,
      isLoopbackOnly: isLoopback(settings.adminHost),
      consoleDir: options.consoleDir,
      observeRequest: ownMetrics.observeRequest,
      onReleased: () => forwarder.notify(),
      ledgerMs: ledger.nowMs,
      onResumed: () => forwarder.notify(),
      redrive,
      figures,
      allowed: settings.dailyCalls,
      metrics: createMetrics({
        figures,
        allowed: settings.dailyCalls,
        ownMetrics,
        admission: admission.figures,
        looks: readBack.figures,
        creation: creation?.figures,
        overflow: overflow?.figures,
        disk: disk?.figures,
        isConfigTaken: liveConfigs.isTaken,
      }),
      backup: () =>
        takeBackup({
          backupsDir: path.join(settings.dataDir, "backups"),
          keysFile: settings.keysFile,
          privacyLogFile: settings.privacyLogFile,
          copyDatabase: store.copyTo,
          nowMs: clock.wallMs(),
        }),
    },
    {
      ...httpLimits(),
      ...logging,
      ...(isLoopback(settings.adminHost) ? {} : { ...tls, ...trust(settings.trustedHops) }),
    },
  );
  limitConnections(app.server);
  limitConnections(adminApp.server);
  const reloads =
    settings.tls === undefined
      ? []
      : [app, adminApp].map(({ server, log }) =>
          reloadTls(server, settings.tls!, (sentence) => log.error(sentence)),
        );

  const retention = createRetention({
    store,
    clock,
    days: settings.idRetentionDays,
    ...settings.retention,
    log: app.log,
  });

  const resealing = createResealing({ store, log: app.log });
  const registryRefresh = createRegistryRefresh(registry, app.log);

  let accepting = true;
  const close = async () => {
    accepting = false;
    for (const { stop } of reloads) stop();
    await app.close();
    await adminApp.close();
    await redrive.stop();
    await forwarder.stop();
    await readBack.stop();
    await creation?.close();
    await overflow?.close();
    await retention.stop();
    await resealing.stop();
    await registryRefresh.stop();
    await liveConfigs.stop();
    await target.close();
    await tokens?.close();
    await visitorIds.close();
    await store.close();
    await privacyLog.close();
  };
  try {
    // A database restored from a backup must not bring back who has withdrawn since.
    await privacy.applyAgain();
    const kioskUrl = await listen(app, settings.host, settings.port, KIOSK_VARIABLES);
    const adminUrl = await listen(
      adminApp,
      settings.adminHost,
      settings.adminPort,
      ADMIN_VARIABLES,
    );
    forwarder.start();
    readBack.start();
    // Before the store can say that nothing needs an older storage key any more.
    await creation?.sealAnew();
    creation?.start();
    await overflow?.sealAnew();
    overflow?.start();
    retention.start();
    resealing.start();
    liveConfigs.start();
    // Nobody else has a SQLite file.
    if (settings.databaseUrl !== undefined) registryRefresh.start();
    return { kioskUrl, adminUrl, adminTokenFile: admin.file, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Of all kiosks: the store knows one limit for whoever sends. */
function mostCardsPerMinute({ all }: KioskConfigs): number {
  return Math.max(...all.map(({ cardLimits }) => cardsPerMinuteFor(cardLimits)));
}

/** Of a database that is ours to watch: PostgreSQL's disk is that machine's. */
function openDisk(
  { databaseUrl, dataDir, diskReserveBytes }: Settings,
  clock: Clock,
  log: (details: object, message: string) => void,
): DiskSpace | undefined {
  if (databaseUrl !== undefined) return undefined;
  const disk = createDiskSpace({
    folder: dataDir,
    reserveBytes: diskReserveBytes,
    clock,
    onChange: (hasRoom) =>
      log(
        disk.figures(),
        hasRoom
          ? "There is room on the disk again; updates are taken in"
          : "The disk is nearly full; updates stay on their kiosks until some space is free",
      ),
  });
  return disk;
}

function readBackTiming(settings: Settings): ReadBackTiming {
  const afterMs = settings.readBackAfterMinutes * 60_000;
  // A Target that applies in seconds is an emulator: nobody waits for an hour there.
  const isQuick = afterMs < 60_000;
  return {
    ...READ_BACK,
    afterMs,
    ...(isQuick ? { againAfterMs: afterMs, searchAfterMs: afterMs } : {}),
    lifetimeMs: settings.profileDays * DAY_MS,
    termMs: settings.unknownDays * DAY_MS,
  };
}

const DAY_MS = 86_400_000;

const KIOSK_VARIABLES = { host: "HOST", port: "PORT" };
const ADMIN_VARIABLES = { host: "ADMIN_HOST", port: "ADMIN_PORT" };

/** Structured lines on standard error; standard output is for the person who starts it. */
function loggingAt(level: Settings["logLevel"]): FastifyServerOptions {
  return { logger: { level, stream: process.stderr } };
}

/**
 * The socket's own peer is hop 0: with one hop trusted, only what that one says of its peer counts.
 * Where addresses are given, nothing counts that comes from any other.
 */
export function trust(hops: Settings["trustedHops"]): FastifyServerOptions {
  if (hops === undefined) return {};
  return typeof hops === "number"
    ? { trustProxy: (_address, hop) => hop < hops }
    : { trustProxy: [...hops] };
}

function readTls(files: Settings["tls"]): FastifyServerOptions {
  if (files === undefined) return {};
  const https = { ...serverLimits(), ...readTlsPair(files), minVersion: "TLSv1.2" };
  return { https } as FastifyServerOptions;
}
