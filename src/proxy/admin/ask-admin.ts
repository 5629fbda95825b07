import { readFileSync } from "node:fs";
import path from "node:path";
import { Problem } from "../../contract/problem.ts";
import type { Settings } from "../settings.ts";
import { StartupError } from "../startup-error.ts";

/**
 * Asks the running proxy's admin listener, as a command on its machine does: with the token it was
 * started with. Gives the JSON of the answer; throws a `StartupError` with the proxy's own words
 * when it refuses, and one that says what to set when nobody answers.
 */
export async function askAdmin(
  settings: Settings,
  address: string,
  body: object,
  origin = originOf(settings),
): Promise<unknown> {
  const answer = await fetch(new URL(address, origin), {
    method: "POST",
    headers: {
      authorization: `Bearer ${tokenFor(settings)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new StartupError(`ADMIN_PORT: no proxy answers at ${origin}; start it first.`, { cause });
  });
  const said: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return said;
  const problem = Problem.safeParse(said);
  throw new StartupError(
    problem.success ? problem.data.detail : `The proxy answered ${answer.status}.`,
  );
}

function originOf({ adminHost, adminPort, tls }: Settings): string {
  const scheme = tls === undefined || adminHost === "127.0.0.1" ? "http" : "https";
  return `${scheme}://${adminHost.includes(":") ? `[${adminHost}]` : adminHost}:${adminPort}`;
}

function tokenFor({ adminToken, dataDir }: Settings): string {
  if (adminToken !== undefined) return adminToken;
  const file = path.join(dataDir, "admin-token");
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      `ADMIN_TOKEN: not given, and ${file} cannot be read (${code}); set DATA_DIR as the proxy has it.`,
      { cause },
    );
  }
}
