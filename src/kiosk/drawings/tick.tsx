/** The thanks in one sign, drawn in two strokes. */
export function Tick() {
  return (
    <svg class="tick" viewBox="0 0 350 264" aria-hidden="true">
      <path class="tick-short" d="M0 131L47 84L134 171L134 264L132 264Z" />
      <path class="tick-long" d="M132 264V170L302 0L349 47Z" />
    </svg>
  );
}
