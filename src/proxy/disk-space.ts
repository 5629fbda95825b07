import { statfsSync } from "node:fs";
import type { Clock } from "../domain/clock.ts";

/** How much room there is where the database lies. */
export interface DiskSpace {
  /**
   * Whether updates may still be taken in. False below the reserve, until a tenth more than it is
   * free: what was taken in before is forwarded and settled out of the reserve.
   */
  readonly hasRoom: () => boolean;
  /** For people to see; nothing where the system does not say. */
  readonly figures: () => DiskFigures;
}

export interface DiskFigures {
  readonly freeBytes: number | undefined;
  readonly reserveBytes: number;
}

/** Ours: what comes in within a second fits into any reserve many times over. */
const LOOK_EVERY_MS = 1_000;

/** Ours: of the reserve; so that it is not given up and regained with every log line. */
const REGAIN_SHARE = 0.1;

export interface DiskSpaceOptions {
  readonly folder: string;
  /** 0 for none: then only the disk itself refuses. */
  readonly reserveBytes: number;
  readonly clock: Clock;
  /** Told when the room is gone, and when it is there again. */
  readonly onChange: (hasRoom: boolean) => void;
  /** What the system says; nothing where it does not. */
  readonly freeBytesOf?: ((folder: string) => number | undefined) | undefined;
}

/** Asks the system at most once a second, and only when somebody wants to know. */
export function createDiskSpace(options: DiskSpaceOptions): DiskSpace {
  const { folder, reserveBytes, clock, onChange, freeBytesOf = askSystem } = options;
  let freeBytes: number | undefined;
  let hasRoom = true;
  let lookAtMonoMs = -Infinity;

  const look = () => {
    if (clock.monoMs() < lookAtMonoMs) return;
    lookAtMonoMs = clock.monoMs() + LOOK_EVERY_MS;
    freeBytes = freeBytesOf(folder);
    const wantedBytes = hasRoom ? reserveBytes : reserveBytes * (1 + REGAIN_SHARE);
    const hasRoomNow = freeBytes === undefined || freeBytes >= wantedBytes;
    if (hasRoomNow === hasRoom) return;
    hasRoom = hasRoomNow;
    onChange(hasRoom);
  };
  return {
    hasRoom: () => {
      look();
      return hasRoom;
    },
    figures: () => {
      look();
      return { freeBytes, reserveBytes };
    },
  };
}

/** Bytes that this user may still write. */
function askSystem(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    // The folder is gone or cannot be asked about: what becomes of writes, the store itself tells.
    return undefined;
  }
}
