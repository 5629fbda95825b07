/** A batch whose body has come. */
export interface Waiting {
  readonly kiosk: string;
  readonly bytes: number;
  /** Called once, when it is its turn. */
  readonly start: () => void;
}

/** Who is at work, and who is next. */
export interface Turns {
  /** Starts it at once where there is room, else when it is its turn. */
  readonly join: (batch: Waiting) => void;
  /** It has ended, or is waited for by nobody any more; the next one is started. */
  readonly leave: (batch: Waiting) => void;
  /** Batches that wait. */
  readonly waiting: () => number;
  /** Whether some wait for want of room, and not only behind another of their own kiosk. */
  readonly isFull: () => boolean;
  readonly atWork: () => number;
}

export interface TurnsLimits {
  /** Bodies worked on at once, in bytes. */
  readonly bytes: number;
  /** As many kiosks are at work whatever their batches weigh. */
  readonly kiosks: number;
  /** At most so many, however light they are. */
  readonly batches: number;
}

/**
 * Ours: about two groups as the store commits them, so that one is prepared while the other is written.
 * One large batch, or one that a lock holds up, leaves room for seven other kiosks.
 */
const LIMITS: TurnsLimits = { bytes: 1_048_576, kiosks: 8, batches: 512 };

/**
 * Takes kiosks in turn: each has one batch at work at most, and when it has been served it stands
 * behind all who wait. So nobody's second batch goes before another's first, and who sends many small
 * ones has no more of the store than who sends one.
 */
export function createTurns(limits: TurnsLimits = LIMITS): Turns {
  /** Batches of each kiosk in the order they came. */
  const lines = new Map<string, Waiting[]>();
  /** Kiosks with a line and nothing at work, who waits longest first. */
  const next = new Set<string>();
  const working = new Map<string, Waiting>();
  let bytes = 0;
  let waiting = 0;

  const hasRoom = () =>
    working.size < limits.batches && (working.size < limits.kiosks || bytes < limits.bytes);

  const startNext = () => {
    while (hasRoom()) {
      const [kiosk] = next;
      if (kiosk === undefined) return;
      next.delete(kiosk);
      const line = lines.get(kiosk)!;
      const batch = line.shift()!;
      if (line.length === 0) lines.delete(kiosk);
      waiting -= 1;
      working.set(kiosk, batch);
      bytes += batch.bytes;
      batch.start();
    }
  };

  return {
    join: (batch) => {
      const line = lines.get(batch.kiosk);
      if (line === undefined) lines.set(batch.kiosk, [batch]);
      else line.push(batch);
      waiting += 1;
      if (!working.has(batch.kiosk)) next.add(batch.kiosk);
      startNext();
    },
    leave: (batch) => {
      if (working.get(batch.kiosk) === batch) {
        working.delete(batch.kiosk);
        bytes -= batch.bytes;
        if (lines.has(batch.kiosk)) next.add(batch.kiosk);
        startNext();
        return;
      }
      const line = lines.get(batch.kiosk);
      const place = line?.indexOf(batch) ?? -1;
      if (line === undefined || place === -1) return;
      line.splice(place, 1);
      waiting -= 1;
      if (line.length > 0) return;
      lines.delete(batch.kiosk);
      next.delete(batch.kiosk);
    },
    waiting: () => waiting,
    isFull: () => next.size > 0,
    atWork: () => working.size,
  };
}
