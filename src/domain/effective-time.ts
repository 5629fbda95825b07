/**
 * A reading of a kiosk's two clocks.
 *
 * `segment` names a stretch of time in which both clocks ran evenly: `<load>.<step>`, where `load`
 * is new per page load (and per worker life) and `step` counts the jumps of the wall clock since.
 * Segments of one load share their monotonic clock.
 */
export interface ClockReading {
  readonly segment: string;
  /** Milliseconds since 1970 as the kiosk believes them; 0 is a kiosk that booted in 1970. */
  readonly wallMs: number;
  /** Milliseconds since the load began. */
  readonly monoMs: number;
}

/** How a segment's entries are dated, decided once, at the proxy's first contact with it. */
export type SegmentDating =
  /** Add to `monoMs`, never to be more than `wallOffsetMs` says where that is given too. */
  | { readonly type: "mono"; readonly monoOffsetMs: number; readonly wallOffsetMs?: number }
  /** Add to `wallMs`. */
  | { readonly type: "wall"; readonly wallOffsetMs: number }
  /** Nothing fits: it happened when this kiosk was last heard of. */
  | { readonly type: "undated"; readonly atMs: number };

/** When the proxy met the sender, and what it knew of it before. */
export interface Contact {
  /** The sender's clocks as it sent. */
  readonly sender: ClockReading;
  /** Proxy time when the request arrived. */
  readonly receiptMs: number;
  /** Proxy time of the previous contact with this kiosk; its first contact when there was none. */
  readonly previousContactMs: number;
}

/**
 * Ours: how far before the previous contact a wall-clock date may lie and still be believed.
 *
 * An entry can have been captured shortly before the previous contact and not have been in its
 * batch; a day is far less than the decades of a machine without a battery.
 */
const PLAUSIBLE_SLACK_MS = 86_400_000;

/**
 * Ours: a wall clock before 2020 was never set. Two boots of such a machine both begin in 1970, so
 * the time between them is on no clock.
 */
const NEVER_SET_BEFORE_MS = 1_577_836_800_000;

/**
 * Decides how to date a segment (rule CL1).
 *
 * The sender's own segment is dated by its monotonic clock, which no wrong date can disturb. An
 * earlier segment of the same load is dated by the wall clock if that is plausible, because the
 * monotonic clock stands still while a machine sleeps, and in no case later than the monotonic
 * clock says. A segment of an earlier load has only its wall clock. What cannot be dated counts as
 * the kiosk's previous contact.
 */
export function dateSegment(first: ClockReading, contact: Contact): SegmentDating {
  const { sender, receiptMs, previousContactMs } = contact;
  const monoOffsetMs = receiptMs - sender.monoMs;
  if (first.segment === sender.segment) return { type: "mono", monoOffsetMs };

  const wallOffsetMs = receiptMs - sender.wallMs;
  const byWall = first.wallMs + wallOffsetMs;
  const plausible = byWall <= receiptMs && byWall >= previousContactMs - PLAUSIBLE_SLACK_MS;
  if (loadOf(first.segment) === loadOf(sender.segment)) {
    return plausible
      ? { type: "mono", monoOffsetMs, wallOffsetMs }
      : { type: "mono", monoOffsetMs };
  }
  const wasSet = Math.min(first.wallMs, sender.wallMs) >= NEVER_SET_BEFORE_MS;
  return plausible && wasSet
    ? { type: "wall", wallOffsetMs }
    : { type: "undated", atMs: Math.min(previousContactMs, receiptMs) };
}

/** Bounds that keep a kiosk's updates in the order it captured them. */
export interface EffectiveBounds {
  /** Effective time of the nearest earlier sequence number already accepted. */
  readonly notBeforeMs?: number | undefined;
  /** Effective time of the nearest later sequence number already accepted. */
  readonly notAfterMs?: number | undefined;
  /** Proxy time now: nothing takes effect in the future. */
  readonly receiptMs: number;
}

/**
 * When an entry took effect, in proxy time. Computed once, at first acceptance, and stored: a repeat
 * never recomputes it.
 */
export function effectiveTimeMs(
  reading: ClockReading,
  dating: SegmentDating,
  bounds: EffectiveBounds,
): number {
  const atMs = Math.max(datedMs(reading, dating), bounds.notBeforeMs ?? -Infinity);
  return Math.floor(Math.min(atMs, bounds.notAfterMs ?? Infinity, bounds.receiptMs));
}

/** What a segment's clocks say, before its neighbours and the receipt bound it. */
export function datedMs(reading: ClockReading, dating: SegmentDating): number {
  switch (dating.type) {
    case "mono": {
      const byMono = reading.monoMs + dating.monoOffsetMs;
      if (dating.wallOffsetMs === undefined) return byMono;
      return Math.min(byMono, reading.wallMs + dating.wallOffsetMs);
    }
    case "wall":
      return reading.wallMs + dating.wallOffsetMs;
    case "undated":
      return dating.atMs;
  }
}

function loadOf(segment: string): string {
  return segment.slice(0, segment.lastIndexOf("."));
}
