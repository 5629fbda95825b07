import type { ReadonlySignal } from "@preact/signals-core";
import type { KioskHealth } from "../../contract/kiosk-health.ts";
import type { FlushReport } from "../../contract/worker-message.ts";
import type { KeyboardWedge } from "../../scanner/keyboard-wedge.ts";
import type { SavingDeps } from "../saving.ts";

/** The last word of the proxy. */
export interface Contact {
  /** When it came, on the page's monotonic clock. */
  readonly atMs: number;
  /** How far the proxy's clock was ahead of this one, in milliseconds. */
  readonly offsetMs: number;
}

/** What the kiosk's line to its proxy lets staff see and do. */
export interface BackOffice {
  /** As its record names it; nothing while the database did not open. */
  readonly name: string | undefined;
  readonly appVersion: string;
  /** Updates owed, held ones included. */
  readonly depth: ReadonlySignal<number>;
  /** Known to be down, by the last thing that was tried. */
  readonly isDown: ReadonlySignal<boolean>;
  /** Nothing since the page began. */
  readonly contact: ReadonlySignal<Contact | undefined>;
  /** How the last flush ended, in whichever tab or worker. */
  readonly report: ReadonlySignal<FlushReport | undefined>;
  /** How often something broke in the page that nobody caught; what it was stays untold (rule BI3). */
  readonly broke: ReadonlySignal<number>;
  /** Asks for everything to be sent, whatever pause of our own is running. */
  readonly sendNow: () => void;
  readonly health: () => Promise<KioskHealth>;
  /** The reader that types, whose ways may be learnt. */
  readonly scanner: KeyboardWedge;
  /** What a file of everything owed is made from. */
  readonly saving: SavingDeps;
}
