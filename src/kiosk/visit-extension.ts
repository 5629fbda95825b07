import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Card } from "../domain/card.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { ScannerEvent } from "../scanner/scanner.ts";
import type { RefusalReason, Visit } from "./visit.ts";

/** A card as it was read, before a visit begins. */
export interface TakenCard {
  readonly visitId: string;
  readonly card: Card;
  readonly fingerprint: string;
  readonly taken: ClockReading;
}

/**
 * What is loaded after the first paint and has its say in a visit. Asked before the visit is, in the order
 * of the scans; where it is not there yet, a scan begins a visit as always.
 */
export interface VisitExtension {
  /** True when what a reader did is nobody's card now, whatever it is: nothing is made of it. */
  readonly hears?: (event: ScannerEvent) => boolean;
  /** True when the card was meant for it: then no visit begins. */
  readonly takes: (taken: TakenCard) => boolean;
  /** True when it says so on its own screen. */
  readonly refuses: (reason: RefusalReason) => boolean;
}

/** The visit after something that the visit itself need not know. */
export type Turn = (visit: Visit, nowMs: number, config: KioskConfig) => Visit;
