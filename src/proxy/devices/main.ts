import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { NewPairingAnswer, PAIRINGS_PATH } from "../../contract/admin.ts";
import { spokenCode } from "../../contract/pairing.ts";
import { Problem } from "../../contract/problem.ts";
import { settingsFrom, type Settings } from "../settings.ts";
import { StartupError } from "../startup-error.ts";

// `npm run pair`: asks the running proxy's admin listener for a one-time pairing code.

const USAGE =
  "Use: npm run pair -- --store <id> --kiosk <id> [--name <name>] [--time-zone <zone>] " +
  "[--replaces <deviceId>] [--admin-url <address>].";

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function run(args: readonly string[]): Promise<void> {
  const given = valuesOf(args);
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  const { adminHost, adminPort, tls } = settings.value;
  const scheme = tls === undefined || adminHost === "127.0.0.1" ? "http" : "https";
  const base = given["admin-url"] ?? `${scheme}://${adminHost}:${adminPort}`;
  const answer = await fetch(new URL(PAIRINGS_PATH, base), {
    method: "POST",
    headers: {
      authorization: `Bearer ${tokenFor(settings.value)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      storeId: given.store,
      kioskId: given.kiosk,
      name: given.name,
      timeZone: given["time-zone"],
      replaces: given.replaces,
    }),
  }).catch((cause: unknown) => {
    throw new StartupError(
      `ADMIN_PORT: no proxy answers at ${base}; start it first, or say --admin-url.`,
      { cause },
    );
  });
  const said: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) {
    const problem = Problem.safeParse(said);
    const why = problem.success ? problem.data.detail : `the proxy answered ${answer.status}`;
    throw new StartupError(`${why} ${USAGE}`);
  }
  const { code, endsMs } = NewPairingAnswer.parse(said);
  console.log(spokenCode(code));
  console.error(
    `Type it at the kiosk, or open the kiosk's address with /?pair=${code} behind it. ` +
      `Good once, until ${new Date(endsMs).toLocaleTimeString("en-GB")}.`,
  );
}

function valuesOf(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        store: text,
        kiosk: text,
        name: text,
        "time-zone": text,
        replaces: text,
        "admin-url": text,
      },
    }).values;
  } catch (cause) {
    throw new StartupError(`${(cause as Error).message} ${USAGE}`, { cause });
  }
}

function tokenFor({ adminToken, dataDir }: Settings): string {
  if (adminToken !== undefined) return adminToken;
  const file = path.join(dataDir, "admin-token");
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new StartupError(`ADMIN_TOKEN: not given, and ${file} cannot be read.`, { cause });
  }
}
