/** Modules of a linear code from left to right, dark ones true, without the quiet zones around it. */
export type Modules = readonly boolean[];

/** Widths of bars and spaces in turn, a bar first, as modules. */
export function modulesFrom(widths: string): Modules {
  return [...widths].flatMap((width, index) =>
    Array.from({ length: Number(width) }, () => index % 2 === 0),
  );
}

/** The bars as one path of an SVG, in modules: `height` high, beginning at `left` and `top`. */
export function barsPath(modules: Modules, height: number, left = 0, top = 0): string {
  const bars: string[] = [];
  let from: number | undefined;
  for (const [at, isDark] of [...modules, false].entries()) {
    if (isDark) {
      from ??= at;
    } else if (from !== undefined) {
      bars.push(`M${left + from} ${top}h${at - from}v${height}H${left + from}z`);
      from = undefined;
    }
  }
  return bars.join("");
}
