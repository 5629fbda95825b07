import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isObject } from "../kiosk-config/merge-patch.ts";
import { runCommand } from "../run-command.ts";
import { StartupError } from "../startup-error.ts";
import { erasersInPolicy, erasersInText, type Eraser } from "./erasers.ts";
import { kioskPolicy, PLATFORMS } from "./kiosk-policy.ts";

// Composition root of `npm run kiosk:policy`: prints what makes a machine a kiosk, or says what in a file
// of yours would erase what waits on one.

const USAGE =
  `Use: npm run kiosk:policy -- --for ${PLATFORMS.join("|")} --url https://<the kiosks' address>, ` +
  "or --check <a policy in JSON, a unit or a script>.";

await runCommand(() => run(process.argv.slice(2)));

function run(args: readonly string[]): void {
  const given = valuesOf(args);
  if (given.check !== undefined) return check(given.check);
  const platform = PLATFORMS.find((each) => each === given.for);
  if (platform === undefined)
    throw new StartupError(`--for: must be one of ${PLATFORMS.join(", ")}. ${USAGE}`);
  const { standing, files, warnings } = kioskPolicy(platform, originOf(given.url));
  for (const { place, text } of files) console.log(`==> ${place}\n${text}`);
  console.error(`${platform}: ${standing}.`);
  console.error("What waits on a kiosk must outlive its browser:");
  for (const warning of warnings) console.error(`- ${warning}`);
}

function check(file: string): void {
  const text = read(file);
  const policy = policyIn(text);
  const found: readonly Eraser[] = [
    ...(policy === undefined ? [] : erasersInPolicy(policy)),
    ...erasersInText(text),
  ];
  for (const { setting, why } of found) console.log(`${setting}: ${why}.`);
  if (found.length === 0) console.log("Nothing here that is known to erase what waits on a kiosk.");
  else process.exitCode = 1;
}

function policyIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    // A unit or a script: looked through for flags.
    return undefined;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(`--check: ${file} cannot be read (${code}).`, { cause });
  }
}

/** Kiosks work offline only over https, or on the machine itself. */
function originOf(url: string | undefined): string {
  if (url === undefined || !URL.canParse(url)) {
    throw new StartupError(`--url: give the address that kiosks are opened with. ${USAGE}`);
  }
  const { protocol, hostname, origin } = new URL(url);
  if (protocol !== "https:" && hostname !== "127.0.0.1" && hostname !== "localhost") {
    throw new StartupError(
      `--url: must begin with https://: a browser runs no kiosk offline otherwise.`,
    );
  }
  return origin;
}

function valuesOf(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ args: [...args], options: { for: text, url: text, check: text } }).values;
  } catch (cause) {
    throw new StartupError(`${(cause as Error).message} ${USAGE}`, { cause });
  }
}
