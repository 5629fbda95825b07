import type { ComponentChildren } from "preact";

export interface SillProps {
  /** Nothing until it is loaded. */
  readonly tools: ComponentChildren;
  /** A quiet sentence beneath the tools. */
  readonly note?: string;
}

/** The strip along the lower edge, within everybody's reach. */
export function Sill({ tools, note }: SillProps) {
  return (
    <footer class="sill">
      {tools}
      {note !== undefined && <p class="sill-note">{note}</p>}
    </footer>
  );
}
