import path from "node:path";
import type { Demo } from "./demo.ts";
import { newLinkToken } from "./devices/pairing-code.ts";
import { buildConsoleIfStale, buildKioskIfStale } from "./kiosk-build.ts";
import { openProxy } from "./proxy.ts";
import { isLoopback, settingsFrom, type Settings } from "./settings.ts";
import { runCommand } from "./run-command.ts";
import { StartupError } from "./startup-error.ts";
import { systemClock } from "./system-clock.ts";

// Composition root of `npm start` and `npm run dev`: the proxy, the kiosk it serves and, while no
// client code is given, the emulator.

const ROOT = path.resolve(import.meta.dirname, "../..");
const isDev = process.argv.includes("--dev");

await runCommand(async () => {
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  await start(settings.value);
});

async function start(settings: Settings): Promise<void> {
  if (settings.target === undefined && !isLoopback(settings.host)) {
    throw new StartupError(
      "TARGET_CLIENT: the emulator is for this machine only; set TARGET_CLIENT, or HOST to 127.0.0.1.",
    );
  }
  const kioskDir = isDev ? undefined : await buildKioskIfStale(ROOT);
  const consoleDir = await buildConsoleIfStale(ROOT);
  const demo = settings.target === undefined ? await startDemo(settings) : undefined;
  // Behind a terminator a loopback address is no longer this machine's alone.
  const linkToken =
    demo !== undefined && isLoopback(settings.host) && settings.trustedHops === undefined
      ? newLinkToken()
      : undefined;
  const proxy = await openProxy({
    settings: {
      ...settings,
      ...(isDev ? { port: 0 } : {}),
      ...(demo === undefined ? {} : { readBackAfterMinutes: demo.readBackAfterMinutes }),
    },
    target: settings.target ?? demo!.target,
    clock: systemClock,
    kioskDir,
    consoleDir,
    linkToken,
    mount: demo?.mount,
    onFatal: (error) => {
      console.error(`The store failed and the proxy ends rather than guess: ${error.message}`);
      process.exit(1);
    },
  }).catch(async (error: unknown) => {
    await demo?.close();
    throw error;
  });
  const dev = isDev ? await startDev(settings, proxy.kioskUrl) : undefined;
  print({ ...proxy, kioskUrl: dev?.url ?? proxy.kioskUrl, demo, linkToken });
  stopOnSignal(async () => {
    await dev?.close();
    await proxy.close();
    await demo?.close();
  });
}

// Loaded where they are wanted: a proxy at work has neither in its memory.

async function startDemo({ host, emulatorPort }: Settings): Promise<Demo> {
  const { openDemo } = await import("./demo.ts");
  return openDemo(host, emulatorPort, systemClock);
}

async function startDev(settings: Settings, kioskUrl: string) {
  const { openDevServer } = await import("./dev-server.ts");
  return openDevServer(ROOT, settings, kioskUrl);
}

interface Printed {
  readonly kioskUrl: string;
  readonly adminUrl: string;
  readonly adminTokenFile: string | undefined;
  readonly demo: Demo | undefined;
  readonly linkToken: string | undefined;
}

function print({ kioskUrl, adminUrl, adminTokenFile, demo, linkToken }: Printed): void {
  const pair = linkToken === undefined ? "" : `pair=${linkToken}`;
  console.log(`Kiosk     ${kioskUrl}/${pair === "" ? "" : `?${pair}`}`);
  if (demo !== undefined) {
    console.log(`Try it    ${kioskUrl}/?demo${pair === "" ? "" : `&${pair}`}  (no scanner needed)`);
    console.log(`Emulator  ${demo.url}/_emulator/`);
    console.log(`Cards     ${demo.visitors.join("  ")}`);
  }
  const token = adminTokenFile === undefined ? "" : `  (token in ${adminTokenFile})`;
  console.log(`Console   ${adminUrl}/${token}`);
}

/** Drains and exits 0; a second signal is not waited for. */
function stopOnSignal(close: () => Promise<void>): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      void close().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}
