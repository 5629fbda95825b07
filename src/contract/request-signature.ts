/**
 * How a kiosk signs what it sends: HTTP Message Signatures (RFC 9421) with exactly one choice of
 * everything the standard leaves open, so that either side may write and read it by hand.
 *
 * Covered are `@method`, `@path` and `content-digest` (RFC 9530, SHA-256, of an empty body too);
 * the parameters come in this order and all of them do. Both sides are held against the RFC's
 * vectors and a library in the tests.
 */
export interface SignatureParameters {
  /** Seconds since 1970, in the proxy's time. */
  readonly created: number;
  /** The body's nonce where it has one. */
  readonly nonce: string;
  /** Thumbprint of the public key, RFC 7638. */
  readonly keyId: string;
}

export interface SignedParts {
  readonly method: string;
  /** As it stands in the request line; ours have no query. */
  readonly path: string;
  /** The header's value. */
  readonly contentDigest: string;
}

/** The name of the one signature in `Signature-Input` and `Signature`. */
export const SIGNATURE_LABEL = "kiosk";

/** Ours: how far `created` may be from the proxy's clock, either way. */
export const SIGNATURE_WINDOW_SECONDS = 300;

/** What WebCrypto signs with; 64 bytes, r and s (RFC 9421, 3.3.4). */
export const SIGNING_ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** The value of `@signature-params`, and of `Signature-Input` behind its label. */
export function signatureParameters({ created, nonce, keyId }: SignatureParameters): string {
  return (
    `("@method" "@path" "content-digest");created=${created};nonce="${nonce}";keyid="${keyId}"` +
    `;alg="ecdsa-p256-sha256";tag="tarjeta"`
  );
}

const PARAMETERS = new RegExp(
  `^${SIGNATURE_LABEL}=${signatureParameters({ created: 0, nonce: "N", keyId: "K" })
    .replaceAll(/[()]/g, String.raw`\$&`)
    .replace("=0;", String.raw`=(\d{1,11});`)
    .replace('"N"', '"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')
    .replace('"K"', '"([A-Za-z0-9_-]{43})"')}$`,
);

/** Reads `Signature-Input`; nothing when it is not written exactly as above. */
export function signatureParametersFrom(header: string): SignatureParameters | undefined {
  const [, created, nonce, keyId] = PARAMETERS.exec(header) ?? [];
  if (created === undefined || nonce === undefined || keyId === undefined) return undefined;
  return { created: Number(created), nonce, keyId };
}

/** The signature base (RFC 9421, 2.5): the very bytes that are signed. */
export function signatureBase({ method, path, contentDigest }: SignedParts, parameters: string) {
  return (
    `"@method": ${method}\n"@path": ${path}\n"content-digest": ${contentDigest}\n` +
    `"@signature-params": ${parameters}`
  );
}

/** The value of `Content-Digest` for a SHA-256 in base64. */
export function contentDigestOf(sha256: string): string {
  return `sha-256=:${sha256}:`;
}
