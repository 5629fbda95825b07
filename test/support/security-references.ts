import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * Holds SECURITY.md against the tests: every test it names by file and title is there, and every
 * attack of its table names one, or says in words that it is not stopped. A title of several tests
 * stands as it is written, `%s` and all.
 */
export function checkSecurityReferences(root: string): string {
  const text = readFileSync(path.join(root, "SECURITY.md"), "utf8");
  const complaints: string[] = [];
  let named = 0;
  for (const line of text.split("\n")) {
    if (isSilent(line)) complaints.push(`SECURITY.md says of nothing that it stops: ${line}`);
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

/** A row of three cells that names no test in the second and admits nothing in the third. */
function isSilent(line: string): boolean {
  const [, , stopped = "", rest = "", end] = line.split(" | ").join("|").split("|");
  return end?.trim() === "" && rest.trim() === "–" && !/“|KL|UP1|FW4/.test(stopped);
}

function missing(root: string, file: string | undefined, title: string): string | undefined {
  if (file === undefined) return `SECURITY.md names “${title}” without its file.`;
  const found = path.join(root, file);
  if (!existsSync(found)) return `SECURITY.md names ${file}, which is not there.`;
  const isThere = readFileSync(found, "utf8").includes(`"${title}"`);
  return isThere ? undefined : `SECURITY.md names “${title}”, which is not in ${file}.`;
}
