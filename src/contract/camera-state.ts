import * as z from "zod/mini";

/** How a camera that is to read cards fares. In trouble it is tried again, ever more seldom. */
export const CameraState = z.enum([
  "starting",
  "reading",
  /** Switched off while nobody could show it a card: the page is hidden, the kiosk or the store closed. */
  "paused",
  /** By a person or a policy. */
  "refused",
  /** There is none. */
  "missing",
  /** Somebody else has it, or it gives no pictures. */
  "busy",
  /** It was unplugged, or taken away by the system. */
  "lost",
  /** What reads its pictures could not be loaded, or broke. */
  "broken",
]);
export type CameraState = z.infer<typeof CameraState>;

const AT_EASE: ReadonlySet<CameraState> = new Set(["starting", "reading", "paused"] as const);

/** Whether somebody has to see to it; never where a kiosk has none. */
export function isCameraInTrouble(state: CameraState | undefined): boolean {
  return state !== undefined && !AT_EASE.has(state);
}
