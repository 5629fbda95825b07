import type { RecordedLine } from "../recorded.ts";
import { Button } from "../ui/button.tsx";
import type { Words } from "../words.ts";
import { Sheet } from "./sheet.tsx";

export interface RecordedSheetProps {
  readonly lines: readonly RecordedLine[];
  readonly words: Words;
  readonly onClose: () => void;
}

/** Exactly what was kept of this visit, in plain words, with the name it has for a machine. */
export function RecordedSheet({ lines, words, onClose }: RecordedSheetProps) {
  return (
    <Sheet label={words.recordedTitle} text={words.recordedText} onLeave={onClose} kind="recorded">
      <div class="sheet-body">
        <h2 class="mid">{words.recordedTitle}</h2>
        <p class="body">{words.recordedText}</p>
        <dl class="recorded">
          {lines.map(({ name, label, value }) => (
            <div key={name}>
              <dt>
                {label} <code dir="ltr">{name}</code>
              </dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <Button kind="main" onPress={onClose}>
          {words.close}
        </Button>
      </div>
    </Sheet>
  );
}
