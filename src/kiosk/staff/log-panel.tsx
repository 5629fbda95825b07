import { signal } from "@preact/signals-core";
import type { Language } from "../../contract/language.ts";
import { Button } from "../ui/button.tsx";
import type { OpenPanel, StaffDesk } from "./staff-desk.ts";
import type { LogLine } from "./staff-log.ts";
import { STAFF_WORDS } from "./staff-vocabulary.ts";
import type { StaffWords } from "./staff-words.ts";

/** Ours: as many as fit the smallest screen. */
const PAGE = 10;

/** What happened lately, newest first; nothing of it names a card. */
export function openLogPanel({ log, device }: StaffDesk): OpenPanel {
  const page = signal(0);
  return {
    view(language) {
      const words = STAFF_WORDS[language];
      const newest = log.lines.value.toReversed();
      const last = Math.max(0, Math.ceil(newest.length / PAGE) - 1);
      const at = Math.min(page.value, last);
      return (
        <>
          <ol class="log">
            {newest.slice(at * PAGE, (at + 1) * PAGE).map((line, index) => (
              <li key={newest.length - at * PAGE - index}>
                <time>{momentText(line.atMs, language, device.timeZone)}</time>{" "}
                {happeningText(line, words)}
              </li>
            ))}
          </ol>
          <div class="pair">
            <Button waiting={at === last} onPress={() => (page.value = at + 1)}>
              {words.earlier}
            </Button>
            <Button waiting={at === 0} onPress={() => (page.value = at - 1)}>
              {words.later}
            </Button>
          </div>
        </>
      );
    },
  };
}

/** Day and time where the kiosk stands. */
function momentText(atMs: number, language: Language, timeZone: string): string {
  return new Intl.DateTimeFormat(`${language}-u-nu-latn`, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  }).format(atMs);
}

function happeningText({ what }: LogLine, words: StaffWords): string {
  const said = words.happenings;
  switch (what.type) {
    case "sent":
    case "saved":
      return said[what.type](what.count);
    case "config":
      return said.config(what.version);
    case "refused":
      return words.refusals[what.reason];
    case "storage":
      return said.storage[what.reason];
    default:
      return said[what.type];
  }
}
