import { accessSync, constants, mkdirSync } from "node:fs";
import { StartupError } from "./startup-error.ts";

/** Makes the folder if it is missing, and refuses one that cannot be written. */
export function prepareDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      `DATA_DIR: ${dataDir} cannot be written (${code}); set DATA_DIR to a folder this user owns.`,
      { cause },
    );
  }
}
