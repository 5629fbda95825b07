import { createInterface } from "node:readline";
import { ERASURES_PATH, WITHDRAWALS_PATH } from "../../contract/privacy.ts";
import { VISITOR_RECEIPTS_PATH } from "../../contract/consent-receipts.ts";
import { askAdmin } from "../admin/ask-admin.ts";
import { settingsFrom } from "../settings.ts";
import { readKioskConfigs } from "../kiosk-config-file.ts";
import { runCommand } from "../run-command.ts";
import { StartupError } from "../startup-error.ts";
import { allTogether, processingRecord } from "./processing-record.ts";

// Composition root of `npm run privacy`: asks the running proxy, through its admin listener. The
// card number is read from standard input, since arguments are seen by every process of a machine.

const USAGE =
  "Usage: npm run privacy -- withdraw|erase|receipts [browser], with the card number (or mboxPC) on standard input.";

const PATHS: Readonly<Record<string, string>> = {
  withdraw: WITHDRAWALS_PATH,
  erase: ERASURES_PATH,
  receipts: VISITOR_RECEIPTS_PATH,
};

await runCommand(() => run(process.argv.slice(2)));

async function run([act = "", kind = "member", ...more]: readonly string[]): Promise<void> {
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  if (act === "record") {
    const { all } = readKioskConfigs(settings.value.kioskConfigFile);
    console.log(processingRecord(settings.value, allTogether(all)));
    return;
  }
  const address = PATHS[act];
  if (address === undefined || !["member", "browser"].includes(kind) || more.length > 0) {
    throw new StartupError(USAGE);
  }
  const value = await firstLine();
  if (value === "") throw new StartupError(USAGE);
  const answer = await askAdmin(settings.value, address, { kind, value });
  console.log(JSON.stringify(answer, undefined, 2));
}

async function firstLine(): Promise<string> {
  if (process.stdin.isTTY) console.error("Type the number and Enter:");
  for await (const line of createInterface({ input: process.stdin })) return line.trim();
  return "";
}
