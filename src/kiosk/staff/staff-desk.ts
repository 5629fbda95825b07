import type { ReadonlySignal } from "@preact/signals-core";
import type { ComponentChild } from "preact";
import type { KioskConfig } from "../../contract/kiosk-config.ts";
import type { Language } from "../../contract/language.ts";
import type { Device } from "../../contract/update.ts";
import type { Clock } from "../../domain/clock.ts";
import type { ScannerEvent } from "../../scanner/scanner.ts";
import type { Sounds } from "../sounds.ts";
import type { BackOffice } from "./back-office.ts";
import type { StaffLog } from "./staff-log.ts";

/** What a panel behind the PIN may use; it knows nothing of the others, nor of any visit. */
export interface StaffDesk {
  readonly config: ReadonlySignal<KioskConfig>;
  readonly device: Device;
  readonly clock: Clock;
  /** The monotonic clock, moved on twice a second while the staff's side is shown. */
  readonly nowMs: ReadonlySignal<number>;
  /** Calls back every `everyMs` until the returned function is called. */
  readonly every: (work: () => void, everyMs: number) => () => void;
  readonly backOffice: BackOffice;
  readonly sounds: Sounds;
  readonly log: StaffLog;
  /**
   * Tells what every reader does, until the returned function is called. Nothing else is made of it: no card
   * is recorded while the staff's side is shown (rule SF2), and none may be drawn or kept.
   */
  readonly listen: (listener: (event: ScannerEvent) => void) => () => void;
  /** Somebody is there, or will be for `ms` to come: the staff's side ends no earlier. */
  readonly stay: (ms?: number) => void;
  readonly isClosed: ReadonlySignal<boolean>;
  /** Out of service, and back; false where the next start will not know of it. */
  readonly setClosed: (closed: boolean) => boolean;
  readonly onError: (error: unknown) => void;
}

/** One of the staff's tabs. */
export interface Panel {
  /** Stands in `data-visit-step` while it is shown. */
  readonly id: string;
  readonly label: (language: Language) => string;
  /** Called when it is shown, each time anew. */
  readonly open: (desk: StaffDesk) => OpenPanel;
}

export interface OpenPanel {
  /** Drawn again whenever a signal changes that it reads. No hooks: whoever keeps something keeps a signal. */
  readonly view: (language: Language) => ComponentChild;
  /** Another one is shown, or nobody is there any more. */
  readonly close?: () => void;
}
