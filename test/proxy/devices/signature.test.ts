import { createHash, createPublicKey, randomUUID, verify } from "node:crypto";
import { createSignature, verifySignature } from "http-message-sig";
import { describe, expect, it } from "vitest";
import { fingerprintOf, thumbprintText } from "../../../src/contract/pairing.ts";
import {
  contentDigestOf,
  SIGNATURE_WINDOW_SECONDS,
  signatureBase,
  signatureParameters,
  signatureParametersFrom,
  SIGNING_ALGORITHM,
} from "../../../src/contract/request-signature.ts";
import { newKeyPair } from "../../../src/kiosk/signing-key.ts";
import {
  checkAge,
  checkSignature,
  claimedSignature,
} from "../../../src/proxy/devices/check-signature.ts";
import { keyIdOf } from "../../../src/proxy/devices/pairing.ts";
import { verifierOf } from "../../../src/proxy/devices/registry.ts";
import { signedHeaders } from "../../support/devices.ts";

const key = await newKeyPair(crypto.subtle);
const verifier = verifierOf(key.publicKey)!;
const BODY = JSON.stringify({ card: "•", nonce: "x" });
const PATH = "/v1/updates";
const NONCE = "5b1c2d3e-0000-4000-8000-00000000abcd";

const subtleVerifier = {
  algorithm: "ecdsa-p256-sha256",
  verify: (data: Uint8Array, signature: Uint8Array) =>
    verify("sha256", data, { key: verifier, dsaEncoding: "ieee-p1363" }, signature),
};

const subtleSigner = {
  algorithm: "ecdsa-p256-sha256",
  sign: async (data: Uint8Array) =>
    new Uint8Array(
      await crypto.subtle.sign(SIGNING_ALGORITHM, key.privateKey, Uint8Array.from(data)),
    ),
};

/** What the kiosk's code adds to a request, and the request as the proxy sees it. */
async function aSignedRequest(body = BODY) {
  const headers = await signedHeaders(key, PATH, { method: "POST", body, nonce: NONCE });
  return { method: "POST", path: PATH, headers, body: Buffer.from(body) };
}

type SignedRequest = Awaited<ReturnType<typeof aSignedRequest>>;

/** Whether the proxy's code takes a request; else why not. */
function judged(request: SignedRequest): string {
  const claimed = claimedSignature(request.headers);
  if (!claimed.ok) return claimed.error.code;
  const checked = checkSignature(claimed.value, request, verifier);
  return checked.ok ? "good" : checked.error.code;
}

/** The signature with bits set that belong to none of its bytes. */
function respelled(headers: SignedRequest["headers"]): SignedRequest["headers"] {
  const signature = headers["signature"]!.replace(
    /.(?===:)/,
    (last) => ({ A: "B", Q: "R", g: "h", w: "x" })[last] ?? last,
  );
  expect(signature).not.toBe(headers["signature"]);
  return { ...headers, signature };
}

describe("RFC 9421", () => {
  it("[AU1] its ECDSA vector (B.2.4) is good under the way we verify", () => {
    const rfcKey = createPublicKey({
      format: "jwk",
      key: {
        kty: "EC",
        crv: "P-256",
        x: "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
        y: "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
      },
    });
    const base = [
      '"@status": 200',
      '"content-type": application/json',
      '"content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
      '"content-length": 23',
      '"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    ].join("\n");
    const signature =
      "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==";
    const isGood = (text: string) =>
      verify(
        "sha256",
        Buffer.from(text),
        { key: rfcKey, dsaEncoding: "ieee-p1363" },
        Buffer.from(signature, "base64"),
      );
    expect(isGood(base)).toBe(true);
    expect(isGood(base.replace("200", "201"))).toBe(false);
  });

  it("[AU1] its digest of a body (RFC 9530, B.1) is the one we send", async () => {
    const { headers } = await aSignedRequest('{"hello": "world"}\n');
    expect(headers["content-digest"]).toBe(
      "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
    );
    const empty = createHash("sha256").digest("base64");
    expect((await aSignedRequest("")).headers["content-digest"]).toBe(contentDigestOf(empty));
  });

  it("[AU1] a library that knows nothing of us takes what a kiosk signs", async () => {
    const { headers } = await aSignedRequest();
    const message = new Request(`https://proxy.example${PATH}`, { method: "POST", headers });
    const verified = await verifySignature(message, {
      label: "kiosk",
      policy: {
        algorithms: ["ecdsa-p256-sha256"],
        requiredComponents: ["@method", "@path", "content-digest"],
        requiredParameters: ["created", "nonce", "keyid", "alg", "tag"],
        maxAge: SIGNATURE_WINDOW_SECONDS,
        clockSkew: SIGNATURE_WINDOW_SECONDS,
      },
      resolveVerifier: () => subtleVerifier,
    });
    expect(verified.parameters).toMatchObject({ nonce: NONCE, keyid: key.keyId, tag: "tarjeta" });
  });

  it("[AU1] the proxy takes what that library signs with the contract's choices", async () => {
    const contentDigest = contentDigestOf(createHash("sha256").update(BODY).digest("base64"));
    const message = new Request(`https://proxy.example${PATH}`, {
      method: "POST",
      headers: { "content-digest": contentDigest },
    });
    const fields = await createSignature(message, {
      label: "kiosk",
      components: ["@method", "@path", "content-digest"],
      parameters: {
        created: 1_800_000_000,
        nonce: NONCE,
        keyid: key.keyId,
        alg: "ecdsa-p256-sha256",
        tag: "tarjeta",
      },
      signer: subtleSigner,
    });
    const headers = {
      "content-digest": contentDigest,
      "signature-input": fields.signatureInput,
      signature: fields.signature,
    };
    expect(judged({ method: "POST", path: PATH, headers, body: Buffer.from(BODY) })).toBe("good");
  });
});

describe("a request's signature", () => {
  it("[AU1] is good for the very request it was made for", async () => {
    expect(judged(await aSignedRequest())).toBe("good");
    expect(judged(await aSignedRequest(""))).toBe("good");
  });

  it.each<[string, (request: SignedRequest) => Partial<SignedRequest>, string]>([
    ["another body", () => ({ body: Buffer.from(`${BODY} `) }), "bad-signature"],
    ["another path", () => ({ path: "/v1/heartbeat" }), "bad-signature"],
    ["a query behind the path", () => ({ path: `${PATH}?a=1` }), "bad-signature"],
    ["another method", () => ({ method: "GET" }), "bad-signature"],
    ["another time", change("signature-input", /created=\d/, "created=9"), "bad-signature"],
    ["another nonce", change("signature-input", "5b1c", "5b1d"), "bad-signature"],
    ["another signature", change("signature", /.{10}(?===:)/, "AAAAAAAAAA"), "bad-signature"],
    ["fewer components", change("signature-input", ' "content-digest"', ""), "unsigned"],
    ["another algorithm", change("signature-input", "p256", "p384"), "unsigned"],
    ["another tag", change("signature-input", "tarjeta", "somebody"), "unsigned"],
    ["a second signature", change("signature", /$/, ", kiosk=:AAAA:"), "unsigned"],
    ["another label", change("signature-input", "kiosk=", "sig1="), "unsigned"],
    ["a parameter more", change("signature-input", /$/, ";expires=1"), "unsigned"],
    ["a signature cut short", change("signature", /.{8}==:/, "==:"), "unsigned"],
    [
      "the same bytes spelled otherwise",
      ({ headers }) => ({ headers: respelled(headers) }),
      "unsigned",
    ],
  ])("[AU1] is refused by name for %s", async (_what, changed, code) => {
    const request = await aSignedRequest();
    expect(judged({ ...request, ...changed(request) })).toBe(code);
  });

  it.each(["signature", "signature-input", "content-digest"])(
    "[AU1] counts for nothing without %s",
    async (name) => {
      const request = await aSignedRequest();
      const { [name]: _left, ...headers } = request.headers;
      expect(judged({ ...request, headers })).toBe("unsigned");
    },
  );

  it("[AU1] is too old or ahead beyond five minutes of the proxy's time", () => {
    const nowMs = 1_800_000_000_000;
    const ageOf = (seconds: number) =>
      checkAge({ created: nowMs / 1_000 + seconds, nonce: "", keyId: "" }, nowMs);
    for (const seconds of [0, 300, -300]) expect(ageOf(seconds).ok).toBe(true);
    for (const seconds of [301, -301, 31_536_000]) {
      expect(ageOf(seconds)).toMatchObject({ error: { code: "stale" } });
    }
  });
});

describe("what is signed", () => {
  it("[AU1] reads as it was written, and only so", () => {
    const parameters = { created: 1_800_000_000, nonce: randomUUID(), keyId: key.keyId };
    const header = `kiosk=${signatureParameters(parameters)}`;
    expect(signatureParametersFrom(header)).toEqual(parameters);
    for (const wrong of [` ${header}`, `${header} `, header.replace(";", "; ")]) {
      expect(signatureParametersFrom(wrong)).toBeUndefined();
    }
    const base = signatureBase({ method: "GET", path: "/", contentDigest: "d" }, "p");
    expect(base).toBe('"@method": GET\n"@path": /\n"content-digest": d\n"@signature-params": p');
  });

  it("names a key by its thumbprint (RFC 7638), alike on both sides", () => {
    expect(key.keyId).toBe(keyIdOf(key.publicKey));
    expect(thumbprintText({ x: "a", y: "b" })).toBe('{"crv":"P-256","kty":"EC","x":"a","y":"b"}');
    expect(fingerprintOf("ABCDEFGHIJKL")).toBe("AB CD EF GH IJ");
  });
});

function change(name: string, what: string | RegExp, to: string) {
  return ({ headers }: SignedRequest): Partial<SignedRequest> => {
    const before = headers[name]!;
    const after = before.replace(what, to);
    if (after === before) throw new Error(`${name} was not changed.`);
    return { headers: { ...headers, [name]: after } };
  };
}
