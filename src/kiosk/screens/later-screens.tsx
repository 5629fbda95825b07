/**
 * What comes after attract and thanks: loaded when the page already takes cards, so that it does not
 * stand between a cold start and the first scan.
 */
import type { KioskConfig } from "../../contract/kiosk-config.ts";
import type { Language } from "../../contract/language.ts";
import type { Screen } from "../visit.ts";
import type { VisitSession } from "../visit-session.ts";
import type { Words } from "../words.ts";
import type { Extras } from "../extras.ts";
import { ClosingScreen } from "./closing.tsx";
import { ConsentScreen } from "./consent.tsx";
import { DeclinedScreen } from "./declined.tsx";
import { DuplicateScreen } from "./duplicate.tsx";
import { KeypadScreen } from "./keypad.tsx";
import { OutOfServiceScreen } from "./out-of-service.tsx";
import { QuestionScreen } from "./question.tsx";
import { RefusedScreen } from "./refused.tsx";
import { WithdrawalScreen } from "./withdrawal.tsx";

export { openForEveryone } from "../for-everyone.ts";
export { Tools } from "./tools.tsx";
export { languagesOf } from "../choices.ts";
export { createBrokenScreen } from "../by-itself/broken-screen.tsx";
export { showBadPlace } from "./bad-place.tsx";
export { openExtras } from "../extras.ts";
export { StopTool } from "./stop-tool.tsx";
export { Overlay, spokenOf } from "./overlay.tsx";
export { stepVisit } from "../visit.ts";
export { UndoTool } from "./undo.tsx";

export interface LaterScreenProps {
  readonly screen: Screen;
  readonly session: Pick<VisitSession, "send">;
  readonly config: KioskConfig;
  readonly words: Words;
  readonly language: Language;
  /** When the visit was noted, as the shopper's watch says it. */
  readonly time: string | undefined;
  readonly openKeypad: () => void;
  readonly extras: Extras | undefined;
}

/** Attract and thanks are drawn elsewhere. */
export function LaterScreen(props: LaterScreenProps) {
  const { screen, session, config, words, language, time, openKeypad, extras } = props;
  const { brand } = config;
  const finish = () => session.send({ type: "finished" });
  switch (screen.state) {
    case "attract":
      return null;
    case "keypad":
      return (
        <KeypadScreen
          words={words}
          config={config}
          digits={screen.digits}
          send={session.send}
          onSubmit={() => extras?.actions.submitKeypad()}
        />
      );
    case "refused":
      return (
        <RefusedScreen
          words={words}
          brand={brand}
          reason={screen.reason}
          help={extras?.help.view.value?.button(words)}
          onKeypad={openKeypad}
          onFinish={finish}
        />
      );
    case "withdrawal":
      return (
        <WithdrawalScreen
          {...{ screen, words, brand }}
          onConfirm={() => extras?.withdrawing.confirm()}
          onType={() => extras?.withdrawing.type()}
          onFinish={finish}
        />
      );
    case "consent":
      return (
        <ConsentScreen
          {...{ screen, config, words, language }}
          onAnswer={(isYes) => extras?.consenting.answer(isYes, language)}
          onFinish={finish}
        />
      );
    case "declined":
      return <DeclinedScreen reason={screen.reason} {...{ words, brand }} onDone={finish} />;
    case "staff":
      return extras?.staff.area.value?.draw(screen, language) ?? null;
    case "out-of-service":
      return <OutOfServiceScreen {...words.outOfService[screen.reason]} brand={brand} />;
    case "thanked": {
      const thanked = { words, noted: screen, time, onDone: finish };
      switch (screen.step) {
        case "thanks":
          return null;
        case "closing":
          return <ClosingScreen {...thanked} {...{ config, language, extras }} />;
        case "duplicate":
          return <DuplicateScreen {...thanked} />;
        case "question": {
          const question = config.questions[screen.index];
          return question === undefined ? null : (
            <QuestionScreen
              words={words}
              language={language}
              brand={brand}
              masked={screen.masked}
              question={question}
              chosen={screen.chosen}
              onAnswer={(code) => extras?.actions.answer(code)}
              onSkip={() => extras?.skip()}
              onFinish={finish}
            />
          );
        }
      }
    }
  }
}
