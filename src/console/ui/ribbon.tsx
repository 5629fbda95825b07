/** A fixed sequence of yarns: decoration, and never data. */
const SEQUENCE =
  "v5^ w1^ v3 b8 p2 b1 s4 v1 s8 o2 s6 w1^ s1^ w1^ s9 p4 a5 p1 b7 p1 b2 w3 v2 s6 w1^ v5^";

interface Bar {
  readonly yarn: string;
  readonly left: number;
  readonly width: number;
  readonly hangs: boolean;
}

const BARS: readonly Bar[] = SEQUENCE.split(" ").reduce<readonly Bar[]>((before, bar) => {
  const last = before.at(-1);
  const left = last === undefined ? 0 : last.left + last.width;
  const hangs = bar.endsWith("^");
  return [
    ...before,
    { yarn: bar.charAt(0), left, width: Number.parseInt(bar.slice(1), 10), hangs },
  ];
}, []);

const WIDTH = 90;
const HEIGHT = 12;
const HANG = 2.6;

/** The chain's cloth, over the edge of the page; its guard bars hang lower, as a bar code's do. */
export function Awning() {
  return (
    <svg
      class="awning"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + HANG}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {BARS.map(({ yarn, left, width, hangs }) => (
        <rect
          key={left}
          class={`yarn-${yarn}`}
          x={left}
          width={width + 0.06}
          height={hangs ? HEIGHT + HANG : HEIGHT}
        />
      ))}
    </svg>
  );
}

/** As much of the cloth as there is of something: `fraction` from 0 to 1 of the way across. */
export function Woven({ fraction }: { readonly fraction: number }) {
  return (
    <svg
      class="woven"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {BARS.map(({ yarn, left, width }) => {
        const shown = Math.min(width + 0.06, fraction * WIDTH - left);
        return shown > 0 ? (
          <rect key={left} class={`yarn-${yarn}`} x={left} width={shown} height={HEIGHT} />
        ) : null;
      })}
    </svg>
  );
}
