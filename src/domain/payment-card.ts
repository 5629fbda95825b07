import { hasGoodCheckDigit } from "./check-digit.ts";

/**
 * First digits that banks put on payment cards.
 *
 * Source: ISO/IEC 7812 issuer ranges as the networks publish them (Visa 4, Mastercard 51-55 and
 * 2221-2720, American Express 34/37, Diners 30/36/38/39, JCB 3528-3589, Discover 6011/644-65,
 * UnionPay 62, Maestro 50/56-58/63/67).
 */
const PAYMENT_PREFIX = /^(?:4|5[0-8]|3[4-9]|30|6011|62|63|64[4-9]|65|67)/;

/**
 * The Mastercard numbers that begin as many loyalty cards do. They always have 16 digits, which
 * tells them from an EAN-13.
 */
const PAYMENT_TWO_SERIES = /^(?:222[1-9]|22[3-9]|2[3-6]|27[01]|2720)\d+$/;

/**
 * Source: ISO/IEC 7813, track 1 with format code B, whose number may be written in groups, and track 2;
 * an expiry follows the number. Some readers leave the sentinels `%` and `;` out.
 */
const PAYMENT_TRACK = /B\d[\d ]{10,21}\d\^|\d{12,19}=\d{4}/i;

/**
 * Whether what was read looks like a payment card, which must never be kept in any form (rule PV3).
 *
 * A loyalty number of the same shape is told apart by the card rules, which are asked first.
 */
export function looksLikePaymentCard(text: string): boolean {
  if (PAYMENT_TRACK.test(text)) return true;
  const digits = text.replaceAll(/[ -]/g, "");
  if (!/^\d{13,19}$/.test(digits) || !hasGoodCheckDigit("luhn", digits)) return false;
  return PAYMENT_PREFIX.test(digits) || (digits.length === 16 && PAYMENT_TWO_SERIES.test(digits));
}
