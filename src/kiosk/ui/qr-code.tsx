import { encode } from "uqr";

/** Where a phone goes on, with the words for it beside. */
export function PhoneCode({
  address,
  label,
}: {
  readonly address: string;
  readonly label: string;
}) {
  return (
    <figure class="phone-code">
      <QrCode text={address} label={label} />
      <figcaption class="hand">{label}</figcaption>
    </figure>
  );
}

interface QrCodeProps {
  readonly text: string;
  /** What it leads to, for whoever does not see it. */
  readonly label: string;
}

/**
 * One path of dark runs on a light ground, so that it scans on every brand colour. Four modules of quiet
 * around it.
 *
 * Source: ISO/IEC 18004, quiet zone.
 */
function QrCode({ text, label }: QrCodeProps) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect class="qr-ground" width={size} height={size} />
      <path class="fill-ink" d={darkRuns(data)} shape-rendering="crispEdges" />
    </svg>
  );
}

/** Each row's runs of dark modules as rectangles of one module's height. */
export function darkRuns(rows: readonly (readonly boolean[])[]): string {
  return rows
    .flatMap((row, y) => {
      const runs: string[] = [];
      let from: number | undefined;
      for (const [x, isDark] of [...row, false].entries()) {
        if (isDark) {
          from ??= x;
        } else if (from !== undefined) {
          runs.push(`M${from} ${y}h${x - from}v1H${from}z`);
          from = undefined;
        }
      }
      return runs;
    })
    .join("");
}
