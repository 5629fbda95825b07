/** A kiosk that was sent away and has not been let in since. */
interface Absentee {
  /** Counts up: a smaller one was first sent away earlier. */
  readonly place: number;
  readonly bytes: number;
  /** When it is not expected any more, on the monotonic clock. */
  readonly untilMonoMs: number;
}

/** Who was sent away, oldest first, with what they will bring. */
export interface SentAway {
  /** Keeps the place of a kiosk that was sent away before. */
  readonly note: (kiosk: string, bytes: number, untilMonoMs: number) => void;
  readonly forget: (kiosk: string) => void;
  /** Forgets those at the head who have not come back. */
  readonly prune: (nowMonoMs: number) => void;
  /**
   * Which share of all who were sent away stands before this kiosk: 0 for who was first, 1 for who was
   * never sent away.
   */
  readonly shareBefore: (kiosk: string) => number;
  readonly isFirst: (kiosk: string) => boolean;
  readonly bytes: () => number;
  readonly size: () => number;
}

/** Ours: far more than a chain has; some 5 MB. */
const MAX_KIOSKS = 50_000;

export function createSentAway(maxKiosks = MAX_KIOSKS): SentAway {
  /** Sent away first, first. */
  const kiosks = new Map<string, Absentee>();
  let nextPlace = 0;
  let bytes = 0;

  const forget = (kiosk: string) => {
    bytes -= kiosks.get(kiosk)?.bytes ?? 0;
    kiosks.delete(kiosk);
  };
  const firstPlace = (): number => {
    for (const { place } of kiosks.values()) return place;
    return nextPlace;
  };

  return {
    note: (kiosk, itsBytes, untilMonoMs) => {
      const known = kiosks.get(kiosk);
      // Whom there is no room to remember stands behind all others each time.
      if (known === undefined && kiosks.size >= maxKiosks) return;
      bytes += itsBytes - (known?.bytes ?? 0);
      const place = known?.place ?? (nextPlace += 1);
      kiosks.set(kiosk, { place, bytes: itsBytes, untilMonoMs });
    },
    forget,
    prune: (nowMonoMs) => {
      for (const [kiosk, { untilMonoMs }] of kiosks) {
        if (untilMonoMs >= nowMonoMs) return;
        forget(kiosk);
      }
    },
    shareBefore: (kiosk) => {
      const place = kiosks.get(kiosk)?.place;
      if (place === undefined) return 1;
      const first = firstPlace();
      // Those between who were let in meanwhile are taken to be spread evenly.
      return (place - first) / (nextPlace + 1 - first);
    },
    isFirst: (kiosk) => kiosks.get(kiosk)?.place === firstPlace(),
    bytes: () => bytes,
    size: () => kiosks.size,
  };
}
