import { createSecretKey } from "node:crypto";
import type { Keys } from "../../src/proxy/keys/keys.ts";

const secret = (byte: number) => createSecretKey(Buffer.alloc(32, byte));

/** The same in every test and process, so that stores can be compared, killed and opened again. */
export const KEYS: Keys = {
  storage: [{ kid: "s1", key: secret(1) }],
  pepper: secret(2),
  visitorIdKey: secret(3),
};
