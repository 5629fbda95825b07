import type { Condition } from "../views/kiosk-troubles.ts";

/** A state by its shape: circle, triangle, square. The words beside it say the same. */
export function Mark({ condition }: { readonly condition: Condition }) {
  return (
    <svg class={`mark mark-${condition}`} viewBox="0 0 12 12" aria-hidden="true">
      {condition === "good" && <circle cx="6" cy="6" r="5" />}
      {condition === "warn" && <path d="M6 0.6 11.8 11H.2z" />}
      {condition === "bad" && <rect x="0.8" y="0.8" width="10.4" height="10.4" />}
    </svg>
  );
}
