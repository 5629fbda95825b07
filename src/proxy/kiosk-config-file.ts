import { readFileSync } from "node:fs";
import { EXAMPLE_CONFIG } from "../contract/example-config.ts";
import { KioskConfig } from "../contract/kiosk-config.ts";
import { StartupError } from "./startup-error.ts";

/** The configuration every kiosk is given: the file's, or the shipped example. */
export function readKioskConfig(file: string | undefined): KioskConfig {
  if (file === undefined) return EXAMPLE_CONFIG;
  const parsed = KioskConfig.safeParse(parseFile(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.map(String).join(".") || "the whole file";
  throw new StartupError(`KIOSK_CONFIG: ${file}: ${field}: ${issue?.message ?? "not usable"}.`);
}

function parseFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new StartupError(
      `KIOSK_CONFIG: ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      { cause },
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StartupError(`KIOSK_CONFIG: ${file} is not JSON: ${(cause as Error).message}.`, {
      cause,
    });
  }
}
