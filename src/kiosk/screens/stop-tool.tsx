import type { Extras } from "../extras.ts";
import { Button } from "../ui/button.tsx";
import type { Screen } from "../visit.ts";
import type { Words } from "../words.ts";

/** No more of my visits: beside the terms on attract, and wherever a visit closes. */
export function StopTool({ extras, words }: { readonly extras: Extras; readonly words: Words }) {
  return <Button onPress={extras.withdrawing.open}>{words.stop}</Button>;
}

/** What a screen reader says of a screen of ours; nothing of the others. */
export function spokenOf(screen: Screen, { stop, stopHint, stopped }: Words): string | undefined {
  if (screen.state !== "withdrawal") return undefined;
  // Card digits are never spoken.
  return screen.step === "asked"
    ? `${stop}. ${stopHint(undefined)}`
    : screen.step === "stored"
      ? `${stopped}.`
      : "";
}
