import type { DeliveryOutcome } from "../../domain/delivery-outcome.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";

/** Ours: room for a sentence, not for a page. */
const MAX_REASON_LENGTH = 200;

/** Ours: no card number is shorter; nothing Target says for people needs as many digits. */
const LONG_NUMBER = /\d(?:[ -]?\d){7,}/g;

/** The outcome with its reason fit to be kept and shown: Target may repeat whom it was asked about. */
export function withoutVisitor(outcome: DeliveryOutcome, visitor: VisitorId): DeliveryOutcome {
  if (outcome.type === "delivered") return outcome;
  return { ...outcome, reason: reasonWithout(outcome.reason, visitor) };
}

/** A reason in which nobody can be recognised, on one line. */
export function reasonWithout(reason: string, visitor: VisitorId): string {
  const { value } = visitor;
  const unnamed =
    value === ""
      ? reason
      : reason.replaceAll(value, "…").replaceAll(encodeURIComponent(value.toWellFormed()), "…");
  return unnamed
    .replaceAll(LONG_NUMBER, "…")
    .replaceAll(/\p{C}/gu, " ")
    .slice(0, MAX_REASON_LENGTH);
}
