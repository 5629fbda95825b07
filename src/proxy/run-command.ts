import { StartupError } from "./startup-error.ts";

/**
 * Runs a command. What the person who started it can mend is told in one sentence and ends it with 1;
 * anything else is a bug, and thrown on.
 */
export async function runCommand(run: () => void | Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
