import type { PublicKey } from "../../src/contract/pairing.ts";
import type { Device } from "../../src/contract/update.ts";

/** To a process that is a part of a fleet. */
export type FleetAsk =
  | {
      readonly type: "make";
      readonly kiosks: number;
      /** Number of the first of them in the fleet. */
      readonly first: number;
      readonly scans: number;
      readonly folder: string;
    }
  | { readonly type: "reconnect"; readonly url: string };

/** From it. */
export type FleetReply =
  | { readonly type: "made"; readonly kiosks: readonly MadeKiosk[] }
  | { readonly type: "done"; readonly kiosks: readonly ServedKiosk[] };

export interface MadeKiosk {
  readonly device: Device;
  readonly keyId: string;
  readonly publicKey: PublicKey;
}

export interface ServedKiosk {
  /** From the moment the network came back. */
  readonly doneMs: number;
  readonly sentAway: number;
  /** Requests that got no answer. */
  readonly cutOff: number;
}
