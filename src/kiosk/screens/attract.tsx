import type { AttractCamera } from "../camera/camera-part.ts";
import { HandWithCard } from "../drawings/hand-with-card.tsx";
import { Button } from "../ui/button.tsx";
import { KeypadIcon } from "../ui/icons.tsx";
import { Label } from "../ui/label.tsx";
import { Headline } from "../ui/headline.tsx";
import type { FirstWords } from "../words.ts";

export interface AttractProps {
  readonly words: FirstWords;
  readonly brand: string;
  /** What the kiosk's record calls its place. */
  readonly place: string;
  /** The link is known to be down: nothing changes for the shopper but a sentence. */
  readonly offline: boolean;
  /** A camera reads, and shows what it sees. */
  readonly camera: AttractCamera | undefined;
  readonly onKeypad: () => void;
}

export function AttractScreen({ words, brand, place, offline, camera, onKeypad }: AttractProps) {
  return (
    <main class="screen screen-attract">
      <div class="arrow" aria-hidden="true">
        <i class="arrow-light" />
      </div>
      <div class="art">
        {camera?.view ?? <HandWithCard brand={brand} />}
        <Label place="brand">
          {brand}
          <small class="store-name">{place}</small>
        </Label>
        {offline && <Label place="notice">{words.offline}</Label>}
      </div>
      <div class="words">
        <Headline step="far">{words.attractTitle}</Headline>
        <p class="body">
          {(camera?.hint ?? words.attractHint).map((sentence) => (
            <span key={sentence} class="sentence">
              {sentence}{" "}
            </span>
          ))}
        </p>
      </div>
      <div class="controls">
        <Button onPress={onKeypad}>
          <KeypadIcon />
          {words.typeNumber}
        </Button>
      </div>
    </main>
  );
}
