import { splitAim, type AimText } from "./aim.ts";

/**
 * The report that a scanner in POS mode sends for what it read, and its layout without the report id:
 * length, three bytes of AIM identifier, up to 56 bytes of data, vendor's bytes, and at last whether
 * more of the same code follows.
 *
 * Source: USB HID POS Usage Tables 1.02, section 4 (bar code scanner); the places, Honeywell's scanners
 * as NielsLeenheer/WebHidBarcodeScanner reads them.
 */
export const SCANNED_DATA_REPORT = 0x02;
const LENGTH_AT = 0;
const AIM_AT = 1;
const DATA_AT = 4;
const MOST_DATA = 56;
const CONTINUED_AT = 62;

/** Ours: a code of more reports than this is no card (the largest QR code needs 77). */
const MOST_REPORTS = 80;

/** Reports of one code, as far as they have come. */
export interface HidScan {
  readonly aim: string;
  readonly data: readonly number[];
  readonly reports: number;
}

export type HidStep =
  /** More of it follows. */
  | { readonly type: "more"; readonly scan: HidScan }
  | { readonly type: "whole"; readonly read: AimText }
  /** No report that this layout explains; with all that came before it. */
  | { readonly type: "broken"; readonly length: number };

/** One more report; `scan` is what came of the same code before. */
export function stepHidReport(scan: HidScan | undefined, report: DataView): HidStep {
  const before = scan?.data ?? [];
  const length = report.byteLength > CONTINUED_AT ? report.getUint8(LENGTH_AT) : MOST_DATA + 1;
  const reports = (scan?.reports ?? 0) + 1;
  if (length > MOST_DATA || reports > MOST_REPORTS) {
    return { type: "broken", length: before.length };
  }
  const data = [...before, ...bytesOf(report, DATA_AT, length)];
  const aim = scan?.aim ?? String.fromCharCode(...bytesOf(report, AIM_AT, 3));
  if (report.getUint8(CONTINUED_AT) !== 0) return { type: "more", scan: { aim, data, reports } };
  return { type: "whole", read: readFrom(aim, data) };
}

function bytesOf(report: DataView, from: number, length: number): readonly number[] {
  return Array.from({ length }, (_, index) => report.getUint8(from + index));
}

/** A suffix meant for keyboards (CR, LF, Tab) is no part of what was read. */
function readFrom(aim: string, data: readonly number[]): AimText {
  const text = new TextDecoder().decode(Uint8Array.from(data)).replace(/[\r\n\t]+$/, "");
  // What is no identifier is a scanner's that sends none.
  const named = splitAim(aim);
  return named.aim === undefined ? splitAim(text) : { aim: named.aim, text };
}
