import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { waitFor } from "./wait.ts";

export interface JournalRow {
  readonly id: string;
  readonly epoch: string;
  readonly seq: number;
  readonly visitor: string;
  readonly occasion: string;
  readonly verdict: string;
  readonly effective_ms: number;
}

/**
 * Every update a proxy ever took in, read while it runs or after it died.
 *
 * The proxy holds its file for itself, so a copy is read: the write-ahead log first, since what a
 * checkpoint moves meanwhile is then in both.
 */
export function readJournal(dataDir: string): readonly JournalRow[] {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-journal-"));
  for (const name of ["tarjeta.sqlite-wal", "tarjeta.sqlite"]) {
    const file = path.join(dataDir, name);
    if (existsSync(file)) copyFileSync(file, path.join(folder, name));
  }
  const database = new DatabaseSync(path.join(folder, "tarjeta.sqlite"));
  try {
    const rows = database
      .prepare(
        `SELECT id, epoch, seq, visitor, occasion, verdict, effective_ms FROM journal
         ORDER BY received_ms, epoch, seq`,
      )
      .all();
    return rows as unknown as JournalRow[];
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ids that were taken in more than once (rule IN3): always empty. */
export function mergedTwice(rows: readonly JournalRow[]): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { id, verdict } of rows) {
    if (verdict !== "accepted" && verdict !== "superseded") continue;
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
  return [...twice];
}

/** Card numbers the journal has scans of, oldest first. */
export function scannedCards(rows: readonly JournalRow[]): readonly string[] {
  return rows
    .filter(({ occasion }) => occasion === "scan")
    .map(({ visitor }) => visitor.replace(/^member:/, ""));
}

/** Waits until the proxy has scans of all these cards on its disk. */
export async function takenIn(dataDir: string, cards: readonly string[]): Promise<void> {
  await waitFor(`${cards.length} cards in the journal`, () => {
    const taken = new Set(scannedCards(readJournal(dataDir)));
    return cards.every((card) => taken.has(card));
  });
}
