import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ERASURES_PATH, WITHDRAWALS_PATH } from "../../contract/privacy.ts";
import { isLoopback, settingsFrom, type Settings } from "../settings.ts";
import { readKioskConfig } from "../kiosk-config-file.ts";
import { StartupError } from "../startup-error.ts";
import { processingRecord } from "./processing-record.ts";

// Composition root of `npm run privacy`: asks the running proxy, through its admin listener. The
// card number is read from standard input, since arguments are seen by every process of a machine.

const USAGE =
  "Usage: npm run privacy -- withdraw|erase [browser], with the card number (or mboxPC) on standard input.";

const PATHS: Readonly<Record<string, string>> = {
  withdraw: WITHDRAWALS_PATH,
  erase: ERASURES_PATH,
};

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function run([act = "", kind = "member", ...more]: readonly string[]): Promise<void> {
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  if (act === "record") {
    console.log(processingRecord(settings.value, readKioskConfig(settings.value.kioskConfigFile)));
    return;
  }
  const address = PATHS[act];
  if (address === undefined || !["member", "browser"].includes(kind) || more.length > 0) {
    throw new StartupError(USAGE);
  }
  const value = await firstLine();
  if (value === "") throw new StartupError(USAGE);
  console.log(await ask(settings.value, address, { kind, value }));
}

async function firstLine(): Promise<string> {
  if (process.stdin.isTTY) console.error("Type the number and Enter:");
  for await (const line of createInterface({ input: process.stdin })) return line.trim();
  return "";
}

async function ask(settings: Settings, address: string, body: object): Promise<string> {
  const host = isLoopback(settings.adminHost) ? settings.adminHost : "127.0.0.1";
  const origin = `http://${host.includes(":") ? `[${host}]` : host}:${settings.adminPort}`;
  const token = settings.adminToken ?? readToken(path.join(settings.dataDir, "admin-token"));
  const answer = await fetch(origin + address, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new StartupError(
      `ADMIN_PORT: no proxy answers at ${origin}; start it, or set ADMIN_HOST and ADMIN_PORT as it has them.`,
      { cause },
    );
  });
  const text = await answer.text();
  if (!answer.ok) throw new StartupError(text);
  return JSON.stringify(JSON.parse(text), undefined, 2);
}

function readToken(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      `ADMIN_TOKEN: ${file} cannot be read (${code}); set DATA_DIR or ADMIN_TOKEN as the proxy has them.`,
      { cause },
    );
  }
}
