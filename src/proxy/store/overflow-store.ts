import type { VisitorId } from "../../domain/visitor-id.ts";

/** What the overflow lane asks of the store (rules OV1 to OV4). */
export interface OverflowStore {
  /**
   * A page of members who owe Target something and have waited since before `dirtyBeforeMs`, in the
   * order of their keys, with all that is known to be true of them. Never browsers, and nobody with a
   * call in flight, with a clearing to come, or in a file lately.
   */
  readonly backlog: (ask: BacklogAsk) => Promise<BacklogPage>;

  /**
   * Remembers, right before a file leaves, what it says of these members: as values that may have
   * reached Target (rules FW6, PV6), acknowledged, and to be seen in the profile. From then on only what
   * is newer is owed, by a single call. Gives those whose rows may leave: who still owes exactly what
   * stands there, or was let go with this very file before.
   */
  readonly recordFiled: (order: FilingOrder) => Promise<readonly string[]>;

  /**
   * Ends what files said of some members: who was scanned since is told the newest once more, since the
   * file may have come after it; and where Target did not take the file, all of it is owed again. Gives
   * how many it went through; fewer than `limit`, and none is left.
   */
  readonly settleFiled: (ask: FiledAsk) => Promise<number>;
}

export interface BacklogAsk {
  /** From the key after this one. */
  readonly after: string;
  readonly limit: number;
  readonly dirtyBeforeMs: number;
  /** Not those who were in a file later than this. */
  readonly filedBeforeMs: number;
}

export interface BacklogPage {
  readonly members: readonly BacklogMember[];
  /** Where to go on; nothing when all were looked at. */
  readonly next?: string | undefined;
}

export interface BacklogMember {
  readonly visitorKey: string;
  readonly version: number;
  readonly visitor: VisitorId;
  readonly attributes: readonly BacklogAttribute[];
}

export interface BacklogAttribute {
  readonly name: string;
  readonly value: string;
  readonly effectiveMs: number;
  /** Values of ours that may have reached the profile before, newest first. */
  readonly sentValues: readonly string[];
  /** Newer than what was acknowledged. */
  readonly isOwed: boolean;
}

export interface FilingOrder {
  /** Name of the file; the same again when it is sent again. */
  readonly file: string;
  readonly members: readonly { readonly visitorKey: string; readonly version: number }[];
  readonly atMs: number;
  /** When to look whether it took effect. */
  readonly dueMs: number;
}

export interface FiledAsk {
  /** Of this file only; of all there are unless given. */
  readonly file?: string | undefined;
  /** Target took it, or nobody knows: what it lost is found by the looks. */
  readonly isTaken: boolean;
  readonly atMs: number;
  readonly limit: number;
}
