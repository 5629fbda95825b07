import type { ControlPort } from "./control-port.ts";
import type { HttpPort } from "./http-port.ts";

/** Who an update is about, in the words of the single update: `mbox3rdPartyId` or `mboxPC`. */
export interface Visitor {
  readonly kind: "member" | "browser";
  readonly value: string;
}

/** The service that is asked, and what a check may use of it. */
export interface Subject {
  readonly client: string;
  /** Shows the account's token, if one is given. */
  readonly http: HttpPort;
  /** Never shows it. */
  readonly httpWithoutToken: HttpPort;
  readonly token: string | undefined;
  /** Visitors with a profile: on the emulator new ones with every call, on a live service the one given. */
  readonly member: () => Promise<Visitor>;
  readonly browser: () => Promise<Visitor>;
  /** An id that was never used: 36 characters, letters, digits and hyphens. */
  readonly freshId: () => string;
  /** Only where the service is the emulator. */
  readonly control: ControlPort | undefined;
}

export interface EmulatorSubject extends Subject {
  readonly control: ControlPort;
}

export function isEmulator(subject: Subject): subject is EmulatorSubject {
  return subject.control !== undefined;
}
