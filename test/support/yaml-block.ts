/**
 * What stands below `keys` in a YAML text of ours, line by line, without comments and without the
 * indentation of the block. Throws where it is not there.
 *
 * By lines on purpose: our own files use maps, lists and plain words only, and a parser of all of YAML
 * would be one more dependency.
 */
export function yamlBlock(text: string, ...keys: readonly string[]): readonly string[] {
  let lines = text.split("\n").filter((line) => !/^\s*(?:#|$)/.test(line));
  for (const key of keys) {
    const start = lines.findIndex((line) => line.startsWith(`${key}:`));
    if (start < 0) throw new Error(`There is no ${key} in ${keys.join(".")}.`);
    const rest = lines.slice(start + 1);
    const end = rest.findIndex((line) => !line.startsWith(" "));
    lines = dedented(end < 0 ? rest : rest.slice(0, end));
  }
  return lines;
}

/** The keys of a map and what stands beside each, quotes taken off. */
export function yamlMap(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line) => {
      const [, key, value = ""] = /^([\w.-]+):(?:\s+(.*))?$/.exec(line) ?? [];
      return key === undefined ? [] : [[key, value.replace(/^"(.*)"$/, "$1")] as const];
    }),
  );
}

/** The items of a list of words. */
export function yamlList(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const [, item] = /^- "?(.*?)"?$/.exec(line) ?? [];
    return item === undefined ? [] : [item];
  });
}

function dedented(lines: readonly string[]): string[] {
  const depth = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(depth));
}
