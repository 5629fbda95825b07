import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { readKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { openId } from "../../src/proxy/store/vault-rows.ts";
import { createVault } from "../../src/proxy/vault/vault.ts";
import { waitFor } from "./wait.ts";

export interface JournalRow {
  readonly id: string;
  readonly epoch: string;
  readonly seq: number;
  /** `<kind>:<id>`, opened with the proxy's keys. */
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
      .all() as unknown as JournalRow[];
    const visitors = visitorsByHash(database, path.join(dataDir, "keys.json"));
    return rows.map((row) => ({ ...row, visitor: visitors.get(row.visitor) ?? row.visitor }));
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Who the hashes stand for, as only the keys can tell. */
function visitorsByHash(database: DatabaseSync, keysFile: string): ReadonlyMap<string, string> {
  const vault = createVault(readKeysFile(keysFile));
  const rows = database.prepare("SELECT visitor, kind, sealed_id FROM visitor").all();
  return new Map(
    rows.map((row) => {
      const hash = String(row["visitor"]);
      const opened = openId(vault, hash, String(row["sealed_id"]));
      return [hash, `${row["kind"]}:${opened.type === "opened" ? opened.value : opened.reason}`];
    }),
  );
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
  await waitFor(
    `${cards.length} cards in the journal`,
    () => {
      const taken = new Set(scannedCards(readJournal(dataDir)));
      return cards.every((card) => taken.has(card));
    },
    // A kiosk that has to be told something hears it with its next heartbeat, in up to 72 s.
    { timeoutMs: 120_000 },
  );
}
