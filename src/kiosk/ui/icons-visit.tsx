/** Icons of a visit's later steps, on the same grid as the others. */
export function UndoIcon() {
  return (
    <svg class="icon" viewBox="0 0 48 48" aria-hidden="true">
      <path d="M16 40h14a12 12 0 0 0 0-24H8M18 5L7 16l11 11" />
    </svg>
  );
}

export function CrossIcon() {
  return (
    <svg class="icon" viewBox="0 0 48 48" aria-hidden="true">
      <path d="M8 8l32 32M40 8L8 40" />
    </svg>
  );
}
