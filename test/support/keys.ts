import { createPrivateKey, createSecretKey } from "node:crypto";
import { sealingKeyFrom, type Keys } from "../../src/proxy/keys/keys.ts";

const secret = (byte: number) => createSecretKey(Buffer.alloc(32, byte));

/** Source: RFC 8410 section 7: what stands before the 32 bytes of an X25519 key in PKCS #8. */
const PKCS8_X25519 = Buffer.from("302e020100300506032b656e04220420", "hex");

/** The same in every test and process, so that stores can be compared, killed and opened again. */
export const KEYS: Keys = {
  sealing: [
    sealingKeyFrom(
      "e1",
      createPrivateKey({
        key: Buffer.concat([PKCS8_X25519, Buffer.alloc(32, 4)]),
        format: "der",
        type: "pkcs8",
      }),
    ),
  ],
  storage: [{ kid: "s1", key: secret(1) }],
  pepper: secret(2),
  visitorIdKey: secret(3),
};
