import * as z from "zod/mini";

/** On the admin listener: `GET` the proxy's keys, by name only; `POST` to `/:kind/:kid/retire`. */
export const KEYS_PATH = "/v1/keys";

export const KnownKeys = z.object({
  sealing: z.array(
    z.object({
      kid: z.string(),
      inUse: z.boolean(),
      /** Kiosks that may still have entries sealed to it. */
      neededBy: z.array(
        z.object({
          deviceId: z.string(),
          storeId: z.string(),
          kioskId: z.string(),
          why: z.string(),
        }),
      ),
    }),
  ),
  storage: z.array(
    z.object({
      kid: z.string(),
      inUse: z.boolean(),
      /** Something in the store lies under it. */
      needed: z.boolean(),
    }),
  ),
});
export type KnownKeys = z.infer<typeof KnownKeys>;

export const RetiredKey = z.object({ kid: z.string() });
export type RetiredKey = z.infer<typeof RetiredKey>;
