import { expect, it } from "vitest";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { CONFIG_PATH } from "../../src/contract/kiosk-config.ts";
import { ADMIN_HEADERS } from "../../src/proxy/security-headers.ts";
import { aListener } from "../support/listener.ts";

// Written out here once more, and not taken from the product: who loosens one of them has to say so
// in this file too.

const PERMISSIONS =
  "accelerometer=(), autoplay=(), bluetooth=(), browsing-topics=(), camera=(), clipboard-read=(), " +
  "display-capture=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), " +
  "magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), serial=(), " +
  "usb=()";

const EVERYWHERE = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

const KIOSK = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types tarjeta",
  "permissions-policy": ["camera", "hid", "serial"].reduce(
    (policy, reader) => policy.replace(`${reader}=()`, `${reader}=(self)`),
    PERMISSIONS,
  ),
  ...EVERYWHERE,
};

const ADMIN = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  "cache-control": "no-store",
  "permissions-policy": PERMISSIONS,
  ...EVERYWHERE,
};

it("[KL1] the kiosk listener answers with this policy and these permissions, word for word", async () => {
  const { url } = await aListener();
  for (const address of ["/readyz", CONFIG_PATH, "/nowhere", "/%", INGEST_PATH]) {
    const { headers } = await fetch(url + address);
    for (const [name, value] of Object.entries(KIOSK)) {
      expect(headers.get(name), `${name} of ${address}`).toBe(value);
    }
  }
});

it("[KL1] the admin listener's are these, word for word", () => {
  expect(ADMIN_HEADERS).toEqual(ADMIN);
});
