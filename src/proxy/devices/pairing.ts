import { createHash, timingSafeEqual, verify } from "node:crypto";
import {
  CODE_LIFETIME_MS,
  CODE_LENGTH,
  DeviceKeyRequest,
  keyProofText,
  LeavingRequest,
  PairingRequest,
  thumbprintText,
  type DeviceKeyReceipt,
  type LeavingReceipt,
  type PairingReceipt,
  type PublicKey,
} from "../../contract/pairing.ts";
import { isSignedCode, SETUP_PREFIX } from "../../contract/setup-code.ts";
import type { Clock } from "../../domain/clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { LoginThrottle } from "../admin/login-throttle.ts";
import { whereOf, type Issues } from "../issue-words.ts";
import { parseJson } from "../parse-json.ts";
import type { DeviceStore, PairAsk, PairingGrant } from "../store/device-store.ts";
import {
  checkAge,
  checkSignature,
  claimedSignature,
  type SignedRequest,
} from "./check-signature.ts";
import type { Refusal, Sender } from "./gate.ts";
import { codeHash, newCode } from "./pairing-code.ts";
import { verifierOf, type DeviceRegistry } from "./registry.ts";
import type { SetupCodes } from "./setup-code.ts";

/** A code that was made, for whoever asked for it; it is kept only as a hash. */
export interface MadeCode {
  readonly code: string;
  /** The same for a QR code. */
  readonly setupCode: string;
  readonly endsMs: number;
}

/** How kiosks become ours, and how they change their keys. */
export interface Pairing {
  readonly makeCode: (grant: PairingGrant) => Promise<MadeCode>;
  /** `address` is whose tries are counted. */
  readonly pair: (
    request: SignedRequest,
    address: string,
  ) => Promise<Result<PairingReceipt, PairingRefusal>>;
  /** Ends a kiosk's pairing at its own wish, once nothing would be lost with it. */
  readonly leave: (sender: Sender, body: Uint8Array) => Promise<Result<LeavingReceipt, Refusal>>;
  /** Takes a kiosk's next key; the one it has goes on for the overlap. */
  readonly followKey: (
    sender: Sender,
    body: Uint8Array,
  ) => Promise<Result<DeviceKeyReceipt, Refusal>>;
}

export interface PairingRefusal extends Refusal {
  readonly retryAfterSeconds?: number;
}

export interface PairingDeps {
  readonly store: Pick<DeviceStore, "addPairing" | "pair" | "askToLeave">;
  readonly setupCodes: SetupCodes;
  readonly registry: DeviceRegistry;
  readonly clock: Clock;
  readonly throttle: LoginThrottle;
  readonly newId: () => string;
  /** Pairs every browser that brings it, as long as this process runs. */
  readonly linkToken: string | undefined;
  /** Somebody compares fingerprints before a kiosk that brought a code is let in. */
  readonly needsApproval: boolean;
}

/** Ours: five wrong codes, then nobody of that address is heard until the oldest is as old as a code. */
export const PAIRING_TRIES = { windowMs: CODE_LIFETIME_MS, perAddress: 5, inAll: 60 };

/** Ours: a kiosk that was off for a week still finds its old key good. */
export const KEY_OVERLAP_MS = 7 * 86_400_000;

/** Who opens the demo's link without saying where they stand. */
const LINK_GRANT: PairingGrant = {
  storeId: "store-1",
  kioskId: "kiosk-1",
  timeZone: undefined,
  name: "",
  replaces: undefined,
};

export function createPairing(deps: PairingDeps): Pairing {
  const { store, registry, clock, throttle, setupCodes } = deps;

  /** Nothing for a token that is not the link's; a code is looked up by its hash. */
  const grantOf = async (asked: PairingRequest): Promise<PairAsk["grant"] | undefined> => {
    const code = isSignedCode(asked.code) ? setupCodes.verified(asked.code) : asked.code;
    if (code?.length === CODE_LENGTH) return { type: "code", codeHash: await codeHash(code) };
    if (deps.linkToken === undefined || !isSame(asked.code, deps.linkToken)) return undefined;
    const { storeId = LINK_GRANT.storeId, kioskId = LINK_GRANT.kioskId } = asked;
    return { type: "link", ...LINK_GRANT, storeId, kioskId, name: kioskId };
  };

  return {
    async makeCode(grant) {
      const code = newCode();
      const atMs = clock.wallMs();
      const endsMs = atMs + CODE_LIFETIME_MS;
      await store.addPairing({ ...grant, codeHash: await codeHash(code), atMs, endsMs });
      return { code, setupCode: SETUP_PREFIX + setupCodes.sign(code), endsMs };
    },

    // One after the other: guesses made at once are no better than guesses in a row.
    pair: oneByOne(async (request, address) => {
      const asked = PairingRequest.safeParse(parseJson(request.body));
      if (!asked.success) return err(invalidBody(asked.error));
      const { code, nonce, publicKey, timeZone } = asked.data;
      // 160 bits are not guessed, and whoever shows forged codes to a reader keeps nobody out by it.
      const mayBeGuessed = !isSignedCode(code);
      const waitSeconds = mayBeGuessed ? throttle.waitSeconds(address) : undefined;
      if (waitSeconds !== undefined) {
        return err({
          code: "pairing-throttled",
          detail: "No code is looked at until then.",
          retryAfterSeconds: waitSeconds,
        });
      }
      const proven = checkPossession(request, publicKey, nonce, clock.wallMs());
      if (!proven.ok) return proven;

      const refused = (): Result<PairingReceipt, PairingRefusal> => {
        if (mayBeGuessed) throttle.failed(address);
        const detail = "code: unknown, used or older than ten minutes; ask for a new one.";
        return err({ code: "pairing-refused", detail });
      };
      const grant = await grantOf(asked.data);
      if (grant === undefined) return refused();
      const atMs = clock.wallMs();
      const paired = await registry.pair(() =>
        store.pair({
          grant,
          publicKey,
          timeZone,
          keyId: proven.value,
          deviceId: deps.newId(),
          atMs,
          needsApproval: deps.needsApproval && grant.type === "code",
        }),
      );
      if (paired === undefined) return refused();
      const { device, name, state } = paired.device;
      return ok({
        v: 1,
        nonce,
        proxyTimeMs: atMs,
        device,
        name,
        state: state === "waiting" ? "waiting" : "active",
      });
    }),

    async leave({ device, nonce, digest }, body) {
      const asked = LeavingRequest.safeParse(parseJson(body));
      if (!asked.success) return err(invalidBody(asked.error));
      if (asked.data.nonce !== nonce) return err(OTHER_NONCE);
      const { deviceId } = device;
      const { owed } = asked.data;
      const atMs = clock.wallMs();
      const asking = await store.askToLeave({ deviceId, nonce, digest, atMs, owed });
      if (asking.type === "nonce-reused") return err(REUSED_NONCE);
      if (asking.missing > 0) {
        const detail = `owed: ${asking.missing} updates are on this kiosk only; send or import them first.`;
        return err({ code: "still-owes", detail });
      }
      await registry.revoke(deviceId);
      return ok({ v: 1, nonce });
    },

    async followKey({ device, key, nonce, digest }, body) {
      const asked = DeviceKeyRequest.safeParse(parseJson(body));
      if (!asked.success) return err(invalidBody(asked.error));
      if (asked.data.nonce !== nonce) return err(OTHER_NONCE);
      const { publicKey, proof } = asked.data;
      const verifier = verifierOf(publicKey);
      const text = Buffer.from(keyProofText(nonce, key.keyId));
      const isProven =
        verifier !== undefined &&
        verify(
          "sha256",
          text,
          { key: verifier, dsaEncoding: "ieee-p1363" },
          Buffer.from(proof, "base64"),
        );
      if (!isProven) {
        return err({ code: "bad-signature", detail: "proof: not by the key that was brought." });
      }
      const atMs = clock.wallMs();
      const next = await registry.follow({
        deviceId: device.deviceId,
        nonce,
        digest,
        keyId: keyIdOf(publicKey),
        publicKey,
        atMs,
        endsMs: atMs + KEY_OVERLAP_MS,
      });
      switch (next.type) {
        case "followed":
          return ok({ v: 1, nonce, proxyTimeMs: next.atMs });
        case "nonce-reused":
          return err(REUSED_NONCE);
        case "conflict":
          return err({ code: "conflict", detail: "publicKey: this key is somebody's already." });
      }
    },
  };
}

/** Begins each call when the one before has ended, however that was. */
function oneByOne<Args extends readonly unknown[], T>(
  work: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const next = last.then(() => work(...args));
    last = next.catch(() => undefined); // Its own caller hears of it.
    return next;
  };
}

const REUSED_NONCE: Refusal = {
  code: "nonce-reused",
  detail: "It came before with another body.",
};

/** A body that speaks for another request than its signature does. */
export const OTHER_NONCE: Refusal = {
  code: "bad-signature",
  detail: "nonce: must be the signature's.",
};

/** Whoever brings a key shows that they hold it: the request is signed with it. Gives its id. */
function checkPossession(
  request: SignedRequest,
  publicKey: PublicKey,
  nonce: string,
  nowMs: number,
): Result<string, Refusal> {
  const claimed = claimedSignature(request.headers);
  if (!claimed.ok) return claimed;
  const key = verifierOf(publicKey);
  const keyId = keyIdOf(publicKey);
  if (key === undefined || claimed.value.keyId !== keyId) {
    return err({ code: "bad-signature", detail: "publicKey: not the key of keyid." });
  }
  if (claimed.value.nonce !== nonce) return err(OTHER_NONCE);
  const checked = checkSignature(claimed.value, request, key);
  if (!checked.ok) return checked;
  const age = checkAge(claimed.value, nowMs);
  return age.ok ? ok(keyId) : age;
}

/** RFC 7638. */
export function keyIdOf(publicKey: PublicKey): string {
  return createHash("sha256").update(thumbprintText(publicKey)).digest("base64url");
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function invalidBody(error: Issues): Refusal {
  return { code: "invalid-body", detail: whereOf(error) };
}
