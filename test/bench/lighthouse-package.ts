import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * The newest that works with this Node and Debian's Chromium. It brings 114 packages and 176 MB, so it is
 * none of ours: the bench fetches it, from wherever npm is configured to, and takes it away again.
 */
export const LIGHTHOUSE_VERSION = "13.5.0";

export interface LighthousePackage {
  /** The script of its command line, for Node to run. */
  readonly command: string;
  readonly remove: () => void;
}

/** Ours: as long as the slowest line of a store needs for 30 MB of archives. */
const FETCH_PATIENCE_MS = 300_000;

/** Puts it into a folder of its own, without running anything of its packages. */
export function fetchLighthouse(): LighthousePackage {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-lighthouse-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const { status, error, stderr } = spawnSync(
    "npm",
    [
      "install",
      `--prefix=${folder}`,
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      "--loglevel=error",
      `lighthouse@${LIGHTHOUSE_VERSION}`,
    ],
    { encoding: "utf8", timeout: FETCH_PATIENCE_MS },
  );
  if (error !== undefined || status !== 0) {
    remove();
    throw new Error(
      `Lighthouse ${LIGHTHOUSE_VERSION} could not be fetched. It is no dependency of this package: ` +
        "npm install takes it from the registry npm is configured with, which must be reachable.\n" +
        (stderr || (error?.message ?? "")),
    );
  }
  return { command: path.join(folder, "node_modules/lighthouse/cli/index.js"), remove };
}
