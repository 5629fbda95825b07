import type { SeenCode } from "../camera/camera-message.ts";

/** A code before the camera, or one that was there a moment ago. */
export interface Sight {
  readonly code: SeenCode;
  readonly isOurs: boolean;
  readonly reads: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly isTold: boolean;
}

/** What is before the camera. */
export type CameraView = readonly Sight[];

export const NOTHING_SEEN: CameraView = [];

export interface Picture {
  readonly codes: readonly SeenCode[];
  /** On the page's monotonic clock. */
  readonly atMs: number;
}

export interface CameraViewStep {
  readonly view: CameraView;
  /** What counts as scanned with this picture. */
  readonly told?: Sight;
}

/**
 * Symbols that mend or refuse what they misread, by the letters of their AIM identifiers. All others are
 * believed when two pictures agree.
 */
const SURE_OF_THEMSELVES = /^\][QdzL]/;
const READS_UNSURE = 2;

/** Ours: pictures that agree follow each other so soon, on a slow machine and every other one too. */
const AGREE_MS = 1_500;

/** Ours: a hand that shakes loses a code for a second or two; after this it was taken away. */
export const GONE_MS = 3_000;

/** Ours: what hangs behind the shoppers is no card each time somebody walks past it. */
export const FOREIGN_GONE_MS = 10_000;

/** Ours: seen so lately, a card of ours is still held there. */
const BESIDE_MS = 600;

/** Ours: as long as it takes to see whether a card with a foreign code on it also has one of ours. */
export const FOREIGN_MS = 700;

/**
 * What is before the camera with one more picture.
 *
 * A code counts once, and again only after it was taken away. While a card of ours is held there nothing
 * beside it counts, and of several the one nearest to the middle does. What is none of ours counts when it
 * stays for `FOREIGN_MS` with no card of ours beside it: cards have other codes on them, and so have bags.
 *
 * What was taken away is in no view any more.
 */
export function stepCameraView(
  view: CameraView,
  { codes, atMs }: Picture,
  isOurs: (code: SeenCode) => boolean,
): CameraViewStep {
  const before = view.filter((sight) => atMs - sight.lastAtMs <= rememberedMs(sight));
  const now = distinct(codes).map((code): Sight => {
    const known = before.find((sight) => sight.code.text === code.text);
    return known === undefined
      ? { code, isOurs: isOurs(code), reads: 1, firstAtMs: atMs, lastAtMs: atMs, isTold: false }
      : { ...known, code, reads: known.reads + 1, lastAtMs: atMs };
  });
  const texts = now.map(({ code }) => code.text);
  const absent = before.filter(({ code }) => !texts.includes(code.text));
  const counted = countedOf(now, [...now, ...absent], atMs);
  return {
    view: [...now, ...absent].map((each) => (each === counted ? { ...each, isTold: true } : each)),
    ...(counted === undefined ? {} : { told: counted }),
  };
}

function countedOf(now: CameraView, all: CameraView, atMs: number): Sight | undefined {
  const ours = all.filter((sight) => sight.isOurs && atMs - sight.lastAtMs <= BESIDE_MS);
  if (ours.some(({ isTold }) => isTold)) return undefined;
  const believed = now.filter((sight) => !sight.isTold && isBelieved(sight));
  if (ours.length > 0) return believed.find((sight) => sight.isOurs);
  return believed.find(({ firstAtMs }) => atMs - firstAtMs >= FOREIGN_MS);
}

function isBelieved({ code, reads }: Sight): boolean {
  return SURE_OF_THEMSELVES.test(code.aim) || reads >= READS_UNSURE;
}

function rememberedMs({ isTold, isOurs }: Sight): number {
  if (!isTold) return AGREE_MS;
  return isOurs ? GONE_MS : FOREIGN_GONE_MS;
}

/** Nearest to the middle first; a card that says its number in two symbols says it once. */
function distinct(codes: readonly SeenCode[]): readonly SeenCode[] {
  const sorted = codes.toSorted((a, b) => a.offCentre - b.offCentre);
  return sorted.filter(
    ({ text }, index) => sorted.findIndex((code) => code.text === text) === index,
  );
}
