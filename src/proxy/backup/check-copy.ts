import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";

/**
 * Makes a copied database one file that needs no log beside it, and looks at every page of it.
 * Gives what is wrong, or nothing. Takes its time: see `checkCopyAside`.
 */
export function checkCopy(file: string): string | undefined {
  const db = new DatabaseSync(file);
  try {
    db.exec("PRAGMA journal_mode = DELETE");
    const rows = db.prepare("PRAGMA integrity_check(1)").all();
    const [said] = Object.values(rows[0] ?? {});
    return said === "ok" ? undefined : String(said);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    db.close();
  }
}

/** The same on a thread of its own, so that nobody who is being served waits for it. */
export function checkCopyAside(file: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./check-copy-thread.ts", import.meta.url), {
      workerData: file,
    });
    thread.once("message", resolve);
    thread.once("error", reject);
  });
}
