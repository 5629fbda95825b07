/** One series of a Prometheus text. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Every series of a Prometheus text; throws on a line that is none. */
export function seriesIn(text: string): readonly Series[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name, labels = "", value] =
        /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`No series: ${line}`);
      const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, key, said]) => [
        key!,
        said!,
      ]);
      return { name, labels: Object.fromEntries(pairs), value: numberFrom(value) };
    });
}

function numberFrom(text: string): number {
  if (text === "+Inf") return Infinity;
  return text === "Nan" ? NaN : Number(text);
}

/** The value of the one series of that name which has these labels; 0 where there is none. */
export function valueOf(
  series: readonly Series[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = series.filter(
    (each) =>
      each.name === name &&
      Object.entries(labels).every(([key, said]) => each.labels[key] === said),
  );
  if (found.length > 1) throw new Error(`${name} is there ${found.length} times.`);
  return found[0]?.value ?? 0;
}
