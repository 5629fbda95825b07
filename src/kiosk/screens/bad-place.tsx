import { render } from "preact";
import type { BadPlace } from "../device.ts";
import { readAs, setUpLanguage } from "../set-up-language.ts";
import { Ribbon } from "../ui/ribbon.tsx";
import { BAD_PLACE_WORDS, type BadPlaceWords } from "../words-bad-place.ts";
import { OutOfServiceScreen } from "./out-of-service.tsx";

/** For whoever sets the kiosk up: which part of the address cannot be, and what can. */
export function showBadPlace(root: HTMLElement, place: BadPlace): void {
  const page = document.documentElement;
  const language = setUpLanguage(navigator.languages);
  readAs(language, page);
  page.dataset["visitState"] = "out-of-service";
  render(<BadPlaceScreen {...place} words={BAD_PLACE_WORDS[language]} />, root);
}

function BadPlaceScreen(props: BadPlace & { readonly words: BadPlaceWords }) {
  const { parameter, value, words } = props;
  return (
    <div class="stage stage-out-of-service" data-look="out-of-service">
      <Ribbon pose={{ type: "resting" }} />
      <OutOfServiceScreen
        title={words.title}
        text={words.text(parameter, value.slice(0, 80))}
        staff={words.staff(parameter)}
        brand=""
      />
    </div>
  );
}
