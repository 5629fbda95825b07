import type { PublicKey } from "../../contract/pairing.ts";
import type { Device } from "../../contract/update.ts";
import type { Intervals } from "../../domain/intervals.ts";

/** Who may send, and the codes that make somebody one of them. Each method is one transaction. */
export interface DeviceStore {
  /** Every key ever paired, revoked ones included; newest pairing first. */
  readonly keyedDevices: () => Promise<readonly KeyedDevice[]>;
  /** Those of them none of whose keys opens anything any more, and who took their place. */
  readonly shutOutDevices: () => Promise<readonly ShutOutDevice[]>;
  /** Whether anybody was ever paired. */
  readonly isAnyPaired: () => Promise<boolean>;
  readonly addPairing: (pairing: NewPairing) => Promise<void>;
  /** Pairs a key, once; the same key again is told the same again. */
  readonly pair: (ask: PairAsk) => Promise<PairOutcome>;
  /** Gives a kiosk its next key. */
  readonly followKey: (key: FollowingKey) => Promise<FollowOutcome>;
  /** Takes every key of a kiosk away; gives the ids of those that still were its. */
  readonly revokeDevice: (deviceId: string) => Promise<readonly string[]>;
  /** How many of the numbers that a kiosk still owes never came; by which it may leave, or not. */
  readonly askToLeave: (wish: LeavingWish) => Promise<LeavingOutcome>;
  /**
   * Shuts a kiosk out that the log outside the database names, and notes who took its place; the same
   * again changes nothing.
   */
  readonly shutOut: (record: {
    readonly deviceId: string;
    readonly replacedBy?: string | undefined;
    readonly atMs: number;
  }) => Promise<void>;
  readonly approveDevice: (deviceId: string, atMs: number) => Promise<PairOutcome>;
  /** Accepts that what a kiosk owes or lost will not come, once it cannot send any more (rule PR2). */
  readonly writeOff: (deviceId: string, atMs: number) => Promise<WriteOffOutcome>;
}

export interface ShutOutDevice {
  readonly deviceId: string;
  readonly replacedBy?: string | undefined;
}

export type WriteOffOutcome =
  | { readonly type: "written-off"; readonly numbers: number }
  /** One of its keys is not revoked. */
  | { readonly type: "still-paired" }
  | { readonly type: "unknown" };

/** A key, and the record of the kiosk it belongs to. */
export interface KeyedDevice {
  readonly keyId: string;
  /** Nothing when its row is damaged: then it opens nothing, and the others do. */
  readonly publicKey: PublicKey | undefined;
  readonly state: "waiting" | "active" | "revoked";
  /** A key that was followed by another one opens nothing from then on. */
  readonly endsMs: number | undefined;
  readonly device: Device;
  readonly name: string;
  readonly pairedMs: number;
  /** The kiosk whose place it took, and the one that took its own. */
  readonly replaces: string | undefined;
  readonly replacedBy: string | undefined;
}

/** What whoever lets a kiosk in decided about it. */
export interface PairingGrant {
  readonly storeId: string;
  readonly kioskId: string;
  /** Unset: the browser's own. */
  readonly timeZone: string | undefined;
  readonly name: string;
  readonly replaces: string | undefined;
}

export interface NewPairing extends PairingGrant {
  readonly codeHash: string;
  readonly atMs: number;
  readonly endsMs: number;
}

export interface PairAsk {
  readonly grant:
    | { readonly type: "code"; readonly codeHash: string }
    | ({ readonly type: "link" } & PairingGrant);
  readonly keyId: string;
  readonly publicKey: PublicKey;
  /** For a new kiosk. */
  readonly deviceId: string;
  readonly timeZone: string;
  readonly atMs: number;
  readonly needsApproval: boolean;
}

export type PairOutcome =
  /** `revoked` are the keys of the kiosk whose place was taken. */
  | {
      readonly type: "paired";
      readonly device: KeyedDevice;
      readonly revoked: readonly string[];
    }
  | { readonly type: "refused" };

/** A request as its repeats are recognised (rule AU1). */
export interface NoncedWish {
  readonly deviceId: string;
  readonly nonce: string;
  /** SHA-256 of the body in hex. */
  readonly digest: string;
  readonly atMs: number;
}

export interface LeavingWish extends NoncedWish {
  readonly owed: readonly { readonly epoch: string; readonly owed: Intervals }[];
}

/** The same request again is told the same. */
export type LeavingOutcome =
  | { readonly type: "answered"; readonly missing: number }
  | { readonly type: "nonce-reused" };

export type FollowOutcome =
  /** `atMs` is when the request came first. */
  | { readonly type: "followed"; readonly device: KeyedDevice; readonly atMs: number }
  /** The key is somebody's already. */
  | { readonly type: "conflict" }
  | { readonly type: "nonce-reused" };

export interface FollowingKey extends NoncedWish {
  readonly keyId: string;
  readonly publicKey: PublicKey;
  /** When the keys it had until now end. */
  readonly endsMs: number;
}
