import type { Language } from "../contract/language.ts";
import type { Device } from "../contract/update.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import { base64Url } from "./base64-url.ts";
import { answeredConsent, consentedUpdates, declined, purposeAsked } from "./consent.ts";
import { purposeText } from "./purpose-text.ts";
import type { VisitSession } from "./visit-session.ts";

export interface ConsentingDeps {
  readonly session: Pick<VisitSession, "screen" | "config" | "turn" | "cardOf" | "store">;
  readonly subtle: Pick<SubtleCrypto, "digest">;
  readonly device: Device;
  readonly readClock: () => ClockReading;
  /** What broke that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

/** A shopper says yes or no to each purpose by its own words (rule PV4). */
export interface Consenting {
  /** `language` is that of the words on screen: their hash is the receipt. */
  readonly answer: (isYes: boolean, language: Language) => void;
}

/** Nothing is stored before the last answer; what then is stored is covered by a yes, or by the terms. */
export function createConsenting(deps: ConsentingDeps): Consenting {
  const { session, subtle } = deps;

  const hashOf = async (text: string): Promise<string> => {
    const bytes = new TextEncoder().encode(text);
    return base64Url(new Uint8Array(await subtle.digest("SHA-256", bytes)));
  };

  /** The visit and purpose answered last: tapped twice, the first tap counts, and only that. */
  let answered: string | undefined;

  const take = async (isYes: boolean, language: Language): Promise<void> => {
    const config = session.config.peek();
    const before = session.screen.peek();
    const purpose = purposeAsked(before, config);
    if (purpose === undefined || before.state !== "consent") return;
    const question = `${before.visitId} ${purpose.id}`;
    if (answered === question) return;
    answered = question;
    const textHash = isYes ? await hashOf(purposeText(purpose, language)) : undefined;
    const now = session.screen.peek();
    // Another card meanwhile: this answer was for somebody who has gone.
    if (now.state !== "consent" || now.visitId !== before.visitId) return;
    const agreed = textHash === undefined ? undefined : { id: purpose.id, textHash };
    session.turn(answeredConsent(purpose.id, agreed));
    if (session.screen.peek() !== now) store();
  };

  const store = (): void => {
    const screen = session.screen.peek();
    if (screen.state !== "consent" || screen.storing === undefined) return;
    const { visitId, agreed } = screen;
    const card = session.cardOf(visitId);
    const config = session.config.peek();
    const updates =
      card === undefined ? [] : consentedUpdates(card.visitor, deps.device, config, agreed);
    // A yes that covers nothing this kiosk writes keeps nothing.
    if (updates.length === 0) session.turn(nothingToKeep(visitId));
    else session.store(visitId, updates, deps.readClock());
  };

  return {
    answer(isYes, language) {
      take(isYes, language).catch((error: unknown) => {
        answered = undefined;
        deps.onError(error);
      });
    },
  };
}

function nothingToKeep(visitId: string): Parameters<VisitSession["turn"]>[0] {
  return (visit, nowMs, config) => ({
    ...declined(visit, nowMs, config),
    pending: visit.pending.filter((pending) => pending.visitId !== visitId),
  });
}
