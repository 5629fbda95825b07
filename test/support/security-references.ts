import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * Holds SECURITY.md against the tests: every test it names by file and title is there, and every
 * attack of its table names one, or says in words that it is not ours. A title of several tests
 * stands as it is written, `%s` and all.
 */
export function checkSecurityReferences(root: string): string {
  const text = readFileSync(path.join(root, "SECURITY.md"), "utf8");
  const complaints: string[] = [];
  let named = 0;
  const [, attacks = ""] = /^## What stops them[^\n]*\n([\s\S]*?)^## /m.exec(text) ?? [];
  for (const line of text.split("\n")) {
    if (attacks.includes(line) && isSilent(line))
      complaints.push(`SECURITY.md says of nothing that it stops: ${line}`);
    let file: string | undefined;
    for (const [, given, title] of line.matchAll(/`(test\/[^`]+)`|“([^”]+)”/g)) {
      file = given ?? file;
      if (title === undefined) continue;
      named += 1;
      const complaint = missing(root, file, title);
      if (complaint !== undefined) complaints.push(complaint);
    }
  }
  if (named === 0) complaints.push("SECURITY.md names no test.");
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  return `${named} tests named by SECURITY.md are there`;
}

/** A row of the table of attacks that names no test, and does not say that it is not ours to stop. */
function isSilent(line: string): boolean {
  const cells = line.split("|");
  const [, attack = "", stopped = ""] = cells;
  const isAttack = cells.length === 5 && !/^ Attack |^---/.test(attack);
  return isAttack && !stopped.startsWith(" not ours: ") && !/`test\/[^`]+`: “/.test(stopped);
}

function missing(root: string, file: string | undefined, title: string): string | undefined {
  if (file === undefined) return `SECURITY.md names “${title}” without its file.`;
  const found = path.join(root, file);
  if (!existsSync(found)) return `SECURITY.md names ${file}, which is not there.`;
  const isThere = readFileSync(found, "utf8").includes(`"${title}"`);
  return isThere ? undefined : `SECURITY.md names “${title}”, which is not in ${file}.`;
}
