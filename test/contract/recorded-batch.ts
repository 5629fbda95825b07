import path from "node:path";
import type { PublicKey } from "../../src/contract/pairing.ts";
import type { Device } from "../../src/contract/update.ts";

/** One file for each contract version ever released, `v<version>.json`. */
export const released = path.join(import.meta.dirname, "released");

/** A batch as it was sent, to the byte, with all that a proxy needs to take it in. */
export interface RecordedBatch {
  readonly contractVersion: number;
  /** When its signature was fresh. */
  readonly receivedMs: number;
  readonly device: Device;
  readonly signingKey: { readonly keyId: string; readonly publicKey: PublicKey };
  /** The tests' own: nobody ever sealed anything real to it. */
  readonly sealingKey: { readonly kid: string; readonly pkcs8: string };
  /** The configuration its updates were made under, as it was published. */
  readonly config: unknown;
  readonly request: {
    readonly method: "POST";
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  /** What was sealed. */
  readonly updates: readonly unknown[];
}
