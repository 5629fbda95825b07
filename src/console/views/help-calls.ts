import type { Overview } from "../../contract/overview.ts";
import { lengthIn, type Saying } from "./saying.ts";

export interface HelpRow {
  readonly callId: string;
  readonly place: string;
  readonly sentence: string;
  readonly waits: string;
  readonly reason: string;
  /** What the button that answers it is called by whoever hears the page. */
  readonly answer: string;
}

export interface HelpView {
  readonly open: number;
  readonly openText: string;
  readonly rows: readonly HelpRow[];
  readonly more: string | undefined;
  /** Said aloud when it changes, and so without how long anybody waits. */
  readonly spoken: string;
}

/** Whoever has waited longest comes first. */
export function helpView(help: Overview["help"], nowMs: number, saying: Saying): HelpView {
  const { words, formats } = saying;
  const say = words.help;
  const { open, list } = help;
  const rows = list.map(({ callId, storeId, kioskId, reason, calledMs }): HelpRow => {
    const place = say.place(kioskId, storeId);
    // The page's idea of now may be a moment behind the proxy's.
    const waits = say.waits(lengthIn(words, Math.max(0, nowMs - calledMs)));
    const sentence = say.asks(place);
    return { callId, place, sentence, waits, reason: say.reason[reason], answer: say.goTo(place) };
  });
  return {
    open,
    openText: formats.count(open),
    rows,
    more: open > list.length ? say.more(formats.count(open - list.length)) : undefined,
    spoken: rows.map(({ sentence }) => sentence).join(" "),
  };
}
