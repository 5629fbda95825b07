import type { ComponentChild } from "preact";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Choices, ShopperChoices } from "./choices.ts";
import type { Extras } from "./extras.ts";
import { AttractScreen } from "./screens/attract.tsx";
import type * as LaterScreens from "./screens/later-screens.tsx";
import { ThanksScreen } from "./screens/thanked.tsx";
import { Sill } from "./ui/sill.tsx";
import type { Screen } from "./visit.ts";
import type { VisitSession } from "./visit-session.ts";
import { timeOfDay, type FirstWords, type Words } from "./words.ts";
import { FIRST_ENGLISH } from "./words-first.ts";

export interface AppProps {
  readonly session: Pick<VisitSession, "send">;
  readonly screen: Screen;
  readonly config: KioskConfig;
  /** The same element for as long as the ribbon hangs the same way. */
  readonly ribbon: ComponentChild;
  /** The link to the proxy is known to be down. */
  readonly offline: boolean;
  readonly timeZone: string;
  /** What the kiosk's record calls its place. */
  readonly place: string;
  /** Not there for the first moments of a page. */
  readonly later: Later | undefined;
  /** What the shopper has chosen, as `later` holds it. */
  readonly chosen: Choices | undefined;
  readonly extras: Extras | undefined;
}

/** What is loaded after the first paint. */
export interface Later {
  readonly screens: typeof LaterScreens;
  readonly shopper: ShopperChoices;
}

/** Draws the visit; decides nothing. */
export function App(props: AppProps) {
  const { screen, config, timeZone, later, chosen } = props;
  const words = chosen?.words;
  const firstWords = words ?? FIRST_ENGLISH;
  const time =
    screen.state === "thanked"
      ? timeOfDay(screen.notedAtMs, chosen?.language ?? "en", timeZone)
      : undefined;
  const isAttract = screen.state === "attract";

  return (
    <div
      class={`stage stage-${screen.state}`}
      data-look={lookOf(screen)}
      // A touch presses and leaves no focus behind; the keyboard's focus is its own.
      onMouseDown={(event) => event.preventDefault()}
    >
      {props.ribbon}
      <p class="unseen" role="status">
        {(chosen === undefined
          ? undefined
          : later?.screens.spokenOf(screen, config, chosen.words, chosen.language)) ??
          announcement(screen, firstWords, words, time)}
      </p>
      <CurrentScreen {...props} key={keyOf(screen)} firstWords={firstWords} time={time} />
      <Sill
        tools={
          later !== undefined &&
          chosen !== undefined && (
            <later.screens.Tools
              chosen={chosen}
              shopper={later.shopper}
              languages={later.screens.languagesOf(config)}
              roomy={isAttract}
              last={props.extras?.help.view.value?.tool(chosen.words)}
            >
              <UndoTool {...props} />
            </later.screens.Tools>
          )
        }
        {...(isAttract ? { note: firstWords.terms(config.brand) } : {})}
        stop={
          isAttract &&
          later !== undefined &&
          chosen !== undefined &&
          props.extras !== undefined && (
            <later.screens.StopTool extras={props.extras} words={chosen.words} />
          )
        }
      />
      {later !== undefined && chosen !== undefined && props.extras !== undefined && (
        <later.screens.Overlay
          {...{ ...props, extras: props.extras }}
          words={chosen.words}
          language={chosen.language}
        />
      )}
    </div>
  );
}

/** Undo stands in every step; where a visit closes it has a panel of its own (rule PV5). */
function UndoTool({ screen, later, chosen, extras }: AppProps) {
  const offer = extras?.undoing.offer.value;
  if (later === undefined || chosen === undefined || extras === undefined || offer === undefined)
    return null;
  return screen.state === "thanked" && screen.step === "closing" ? null : (
    <later.screens.UndoTool offer={offer} words={chosen.words} undoing={extras.undoing} />
  );
}

interface CurrentScreenProps extends AppProps {
  readonly firstWords: FirstWords;
  /** When the visit was noted, as the shopper's watch says it. */
  readonly time: string | undefined;
}

function CurrentScreen(props: CurrentScreenProps) {
  const { screen, session, config, firstWords, offline, time, later, chosen, extras } = props;
  const { brand } = config;
  const openKeypad = () => session.send({ type: "keypad-opened" });
  if (screen.state === "attract") {
    return (
      <AttractScreen
        words={firstWords}
        {...{ brand, offline }}
        place={props.place}
        camera={extras?.camera.onAttract.value?.(chosen?.language ?? "en", brand)}
        onKeypad={openKeypad}
      />
    );
  }
  if (screen.state === "thanked" && (screen.step === "thanks" || chosen === undefined)) {
    return <ThanksScreen words={firstWords} noted={screen} time={time} />;
  }
  return later === undefined || chosen === undefined ? null : (
    <later.screens.LaterScreen
      {...{ screen, session, config, time, openKeypad, extras }}
      words={chosen.words}
      language={chosen.language}
    />
  );
}

/** A new key makes a new screen: nothing of one visit stays in the next one's DOM (rule PV1). */
function keyOf(screen: Screen): string {
  if (screen.state === "consent") return `${screen.visitId} ${screen.index}`;
  if (screen.state !== "thanked") return screen.state;
  return `${screen.visitId} ${screen.step} ${screen.step === "question" ? screen.index : ""}`;
}

/** The ground and the layout a screen stands on. */
function lookOf(screen: Screen): string {
  return screen.state === "thanked" ? screen.step : screen.state;
}

/** What a screen reader says of it; card digits are never spoken. */
function announcement(
  screen: Screen,
  firstWords: FirstWords,
  words: Words | undefined,
  time: string | undefined,
): string {
  if (screen.state === "refused") return words?.refusals[screen.reason].title ?? "";
  if (screen.state === "out-of-service") return words?.outOfService[screen.reason].title ?? "";
  if (screen.state !== "thanked") return "";
  return screen.step === "duplicate" && words !== undefined
    ? `${words.duplicateTitle}. ${words.duplicateText(time)}`
    : `${firstWords.thanks}. ${firstWords.notedVisit(time)}.`;
}
