import { render } from "preact";
import type { BadPlace } from "../device.ts";
import { Ribbon } from "../ui/ribbon.tsx";
import { OutOfServiceScreen } from "./out-of-service.tsx";

/** For whoever sets the kiosk up: which part of the address cannot be, and what can. */
export function showBadPlace(root: HTMLElement, place: BadPlace): void {
  document.documentElement.dataset["visitState"] = "out-of-service";
  render(<BadPlaceScreen {...place} />, root);
}

function BadPlaceScreen({ parameter, value }: BadPlace) {
  return (
    <div class="stage stage-out-of-service" data-look="out-of-service">
      <Ribbon pose={{ type: "resting" }} />
      <OutOfServiceScreen
        title="Where does this kiosk stand?"
        text={`The address says ${parameter}=“${value.slice(0, 80)}”, which can’t be a ${parameter}’s name.`}
        staff={`Open the page again with ?${parameter}= and 1 to 64 letters, digits, dots, hyphens or underscores, beginning with a letter or a digit.`}
        brand=""
      />
    </div>
  );
}
