import * as z from "zod/mini";

/** A camera that reads cards. `{}` is enough. */
export const CameraConfig = z.strictObject({
  /** Which of several: the one that faces the shopper, unless it says otherwise. */
  facing: z.optional(z.enum(["user", "environment"])),
  /**
   * Shows shoppers what it sees while nobody's visit is on screen, and asks them to hold their card there.
   * With `false` the screen stays that of a kiosk with a reader below it.
   */
  preview: z.optional(z.boolean()),
});
export type CameraConfig = z.infer<typeof CameraConfig>;
