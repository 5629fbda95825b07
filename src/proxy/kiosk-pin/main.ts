import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { runCommand } from "../run-command.ts";
import { StartupError } from "../startup-error.ts";
import { pinHashOf, pinTrouble } from "./pin-hash.ts";

// Composition root of `npm run kiosk:pin`: prints what a staff PIN looks like in KIOSK_CONFIG. The PIN is read
// from standard input, since arguments are seen by every process of a machine.

const USAGE = "Use: npm run kiosk:pin, with the PIN on standard input.";

const SALT_BYTES = 16;

await runCommand(() => run(process.argv.slice(2)));

async function run(args: readonly string[]): Promise<void> {
  if (args.length > 0) throw new StartupError(USAGE);
  const pin = await firstLine();
  const trouble = pinTrouble(pin);
  if (trouble !== undefined) throw new StartupError(`${trouble} ${USAGE}`);
  const staff = { pinHash: pinHashOf(pin, randomBytes(SALT_BYTES)) };
  console.log(`"staff": ${JSON.stringify(staff)}`);
  console.error(
    "Put it into a layer of KIOSK_CONFIG: the chain's, or that of a group, a store or one kiosk.",
  );
}

async function firstLine(): Promise<string> {
  if (process.stdin.isTTY) console.error("Type the six digits and Enter:");
  for await (const line of createInterface({ input: process.stdin })) return line.trim();
  return "";
}
