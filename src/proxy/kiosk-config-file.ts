import { readFileSync } from "node:fs";
import { EXAMPLE_CONFIG } from "../contract/example-config.ts";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import { kioskConfigsFrom, type KioskConfigs } from "./kiosk-config/layers.ts";
import { StartupError } from "./startup-error.ts";

/** The chain's configuration: the file's, or the shipped example. */
export function readKioskConfig(file: string | undefined): KioskConfig {
  return readKioskConfigs(file).all[0] ?? EXAMPLE_CONFIG;
}

/**
 * What every kiosk is given: by the file, or the shipped example. Throws a `StartupError` naming the file
 * and the path of the wrong field.
 */
export function readKioskConfigs(file: string | undefined): KioskConfigs {
  if (file === undefined) return { configFor: () => EXAMPLE_CONFIG, all: [EXAMPLE_CONFIG] };
  const configs = kioskConfigsFrom(parseFile(file));
  if (configs.ok) return configs.value;
  throw new StartupError(`KIOSK_CONFIG: ${file}: ${configs.error}.`);
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
