import type { ComponentChildren } from "preact";

/** Icons on a 48 grid, 4.5 stroke, butt ends. All decoration: the words beside them speak. */
export function Icon({
  children,
  filled,
}: {
  readonly children: ComponentChildren;
  readonly filled?: boolean;
}) {
  return (
    <svg
      class={filled === true ? "icon icon-filled" : "icon"}
      viewBox="0 0 48 48"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export function KeypadIcon() {
  const dots = [9, 20, 31].flatMap((y) => [9, 20, 31].map((x) => [x, y] as const));
  return (
    <Icon filled>
      {[...dots, [20, 42] as const].map(([x, y]) => (
        <rect key={`${x}-${y}`} x={x} y={y - 5} width="8" height="8" rx="2" />
      ))}
    </Icon>
  );
}

export function ForwardIcon() {
  return (
    <svg class="icon icon-forward" viewBox="0 0 48 48" aria-hidden="true">
      <path d="M4 24h38M28 9l15 15-15 15" />
    </svg>
  );
}

export function DownIcon() {
  return (
    <Icon>
      <path d="M24 4v38M9 28l15 15 15-15" />
    </Icon>
  );
}

export function EraseIcon() {
  return (
    <Icon>
      <path d="M16 8h28v32H16L4 24zM22 17l14 14M36 17L22 31" />
    </Icon>
  );
}

export function TickIcon() {
  return (
    <Icon>
      <path d="M6 26l12 12 24-27" />
    </Icon>
  );
}

export function CardIcon() {
  return (
    <svg class="icon icon-card" viewBox="0 0 64 48" aria-hidden="true">
      <rect x="3" y="4" width="58" height="40" rx="7" />
      <path class="card-stripes" d="M13 6v36M21 6v36" />
    </svg>
  );
}
