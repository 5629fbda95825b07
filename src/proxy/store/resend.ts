import { MAX_RESEND, MAX_RESEND_RANGES, type Resend } from "../../contract/resend.ts";
import { wantedNumbers, type Reception } from "./reception.ts";

/**
 * What to ask a kiosk for once more (rule IN5), lowest numbers first, as much as one answer takes;
 * nothing when nothing is wanted. Asking is not remembered: the next answer asks for what has not
 * come by then, and a kiosk that already owes it again does nothing.
 */
export function resendFrom(receptions: Iterable<Reception>): { readonly resend?: Resend } {
  const resend: Resend = [];
  let left = MAX_RESEND;
  for (const reception of receptions) {
    for (const [from, to] of wantedNumbers(reception)) {
      if (left === 0 || resend.length === MAX_RESEND_RANGES) return { resend };
      const last = Math.min(to, from + left - 1);
      resend.push({ epoch: reception.epoch, from, to: last });
      left -= last - from + 1;
    }
  }
  return resend.length === 0 ? {} : { resend };
}
