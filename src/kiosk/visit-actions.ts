import type { Device } from "../contract/update.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import { answerUpdate } from "./answer.ts";
import { keypadVerdict } from "./keypad-number.ts";
import { troubleOf } from "./capture.ts";
import type { VisitSession } from "./visit-session.ts";

export interface VisitActionsDeps {
  readonly session: Pick<VisitSession, "visit" | "config" | "cardOf" | "step" | "take" | "keepFor">;
  readonly device: Device;
  readonly readClock: () => ClockReading;
}

/** What a shopper does on the screens that come after thanks and attract. */
export interface VisitActions {
  /** Takes the number on the keypad as the card. */
  readonly submitKeypad: () => void;
  readonly answer: (code: string) => void;
}

export function createVisitActions({ session, device, readClock }: VisitActionsDeps): VisitActions {
  const { visit, config, cardOf, step, keepFor } = session;
  return {
    submitKeypad() {
      const { screen } = visit.peek();
      if (screen.state !== "keypad") return;
      const verdict = keypadVerdict(screen.digits, config.peek());
      if (verdict.type === "ready") session.take(verdict.card, "keypad");
    },

    answer(code) {
      const { screen } = visit.peek();
      if (screen.state !== "thanked" || screen.step !== "question" || screen.chosen !== undefined) {
        return;
      }
      const question = config.peek().questions[screen.index];
      const { visitId, agreed } = screen;
      const card = cardOf(visitId);
      const hold = visit.peek().holds.find((each) => each.visitId === visitId);
      // What is being taken back gets no more to take back.
      if (question === undefined || card === undefined || hold?.undo === "asked") return;
      const answer = { attribute: question.attribute, code };
      step({ type: "answered", code });
      const update = answerUpdate(card.visitor, device, config.peek(), answer, agreed);
      keepFor(visitId, update, readClock(), hold?.untilMs).then(
        () => step({ type: "answer-stored", visitId, answer: { questionId: question.id, code } }),
        (error: unknown) => step({ type: "not-stored", visitId, reason: troubleOf(error) }),
      );
    },
  };
}
