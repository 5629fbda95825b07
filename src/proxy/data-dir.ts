import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { StartupError } from "./startup-error.ts";

/** In the data folder: bulk files that create members, on their way to Target. */
export const CREATION_FOLDER = "creation";
/** And those that bring a backlog there. */
export const OVERFLOW_FOLDER = "overflow";

/** Makes the folder if it is missing, and refuses one that cannot be written. */
export function prepareDataDir(dataDir: string): void {
  try {
    makeFolder(path.resolve(dataDir));
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      `DATA_DIR: ${dataDir} cannot be written (${code}); set DATA_DIR to a folder this user owns.`,
      { cause },
    );
  }
}

/**
 * Folder by folder: Node's own recursive way never comes back where a parent is there and yet takes
 * no folders, as /proc is.
 */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  makeFolder(path.dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}
