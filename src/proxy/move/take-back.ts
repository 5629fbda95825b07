import { openAlone } from "../backup/open-alone.ts";
import { StartupError } from "../startup-error.ts";
import { markRestored } from "../store/allowance.ts";
import { readMovedMark, unmarkMoved } from "../store/moved-mark.ts";
import { overConnection } from "../store/sqlite-database.ts";

/**
 * Makes a file that was moved to PostgreSQL one that a proxy starts on again, and gives when it had
 * been moved.
 *
 * To the proxy it is a database put back to that moment: kiosks are asked for what came in since
 * (rule IN5), and all that is left of the last 24 hours is charged before the first call, since nobody
 * here knows of the calls made from PostgreSQL (rule QT1).
 *
 * Throws a `StartupError` where it was not moved, or somebody has it.
 */
export async function takeBack(file: string): Promise<number> {
  const db = openAlone(file);
  try {
    db.exec("PRAGMA synchronous = FULL");
    const database = overConnection(db);
    const mark = await readMovedMark(database.tx);
    if (mark === undefined) {
      throw new StartupError(`DATA_DIR: ${file} was not moved; start the proxy on it.`);
    }
    database.begin();
    await unmarkMoved(database.tx);
    await markRestored(database.tx);
    database.commit();
    return mark.atMs;
  } finally {
    db.close();
  }
}
