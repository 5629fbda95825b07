import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

/** Source: the design's numbers. First-load JavaScript, gzip, in kB of 1,000 bytes. */
const BUDGET_KB = { page: 35, worker: 20 };

/** Fails when what a kiosk loads first outgrew its budget; else says how far it is. */
export function checkSizeBudget(dist: string): string {
  const page = firstLoadScripts(dist).reduce((sum, file) => sum + gzipKb(file), 0);
  const worker = gzipKb(path.join(dist, "sw.js"));
  if (page > BUDGET_KB.page || worker > BUDGET_KB.worker) {
    throw new Error(
      "First-load JavaScript is over its budget; what was added that must come first?",
    );
  }
  return (
    `page ${page.toFixed(1)} kB of ${BUDGET_KB.page}, ` +
    `worker ${worker.toFixed(1)} kB of ${BUDGET_KB.worker}`
  );
}

/** The scripts `index.html` names, and what those import statically. */
function firstLoadScripts(dist: string): readonly string[] {
  const html = readFileSync(path.join(dist, "index.html"), "utf8");
  const waiting = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, name]) =>
    path.join(dist, name!),
  );
  if (waiting.length === 0) throw new Error("index.html names no script; was it built?");
  const found = new Set<string>();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const source = readFileSync(file, "utf8");
    for (const name of readdirSync(path.dirname(file))) {
      const isStatic = [`from"./${name}"`, `import"./${name}"`].some((word) =>
        source.includes(word),
      );
      if (isStatic) waiting.push(path.join(path.dirname(file), name));
    }
  }
  return [...found];
}

function gzipKb(file: string): number {
  return gzipSync(readFileSync(file), { level: 9 }).length / 1_000;
}
