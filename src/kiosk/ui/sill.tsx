import type { ComponentChildren } from "preact";

export interface SillProps {
  /** Nothing until it is loaded. */
  readonly tools: ComponentChildren;
  /** A quiet sentence beneath the tools. */
  readonly note?: string;
  /** What says no to the sentence. */
  readonly stop?: ComponentChildren;
}

/** The strip along the lower edge, within everybody's reach. */
export function Sill({ tools, note, stop }: SillProps) {
  return (
    <footer class="sill">
      {tools}
      {note !== undefined && (
        <div class="sill-foot">
          <p class="sill-note">{note}</p>
          {stop}
        </div>
      )}
    </footer>
  );
}
