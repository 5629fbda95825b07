/** A sign on a drawing's corner: yes, no, or a pause. */
export function Sign({ name }: { readonly name: "yes" | "no" | "pause" }) {
  return (
    <svg class={`sign sign-${name}`} viewBox="0 0 168 168" aria-hidden="true">
      <rect class="fill-ink" width="168" height="168" rx="24" />
      <path class="sign-mark" d={MARKS[name]} />
    </svg>
  );
}

const MARKS = {
  yes: "M42 88L72 118L128 54",
  no: "M46 46L122 122M122 46L46 122",
  pause: "M62 44V124M106 44V124",
} as const;
