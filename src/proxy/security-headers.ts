import {
  CAMERA_WORKER_POLICY,
  CONTENT_SECURITY_POLICY,
} from "../contract/content-security-policy.ts";

/** Switched off for every page of ours, and for whatever it would embed, but where it is needed. */
const FEATURES = [
  "accelerometer",
  "autoplay",
  "bluetooth",
  "browsing-topics",
  "camera",
  "clipboard-read",
  "display-capture",
  "geolocation",
  "gyroscope",
  "hid",
  "idle-detection",
  "local-fonts",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "publickey-credentials-get",
  "serial",
  "usb",
];

/** Readers of cards: the kiosk's page may use them itself, once a person or a policy granted one. */
const READERS: readonly string[] = ["camera", "hid", "serial"];

function permissionsPolicy(own: readonly string[]): string {
  return FEATURES.map((feature) => `${feature}=${own.includes(feature) ? "(self)" : "()"}`).join(
    ", ",
  );
}

const EVERYWHERE = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** On every answer of the kiosk listener, but for one file's. There is never a CORS header among them. */
export const KIOSK_HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "permissions-policy": permissionsPolicy(READERS),
  ...EVERYWHERE,
} as const;

/** Scripts of the kiosk's that run under a policy of their own, by their files, compressed or not. */
export function ownPolicyOf(file: string): string | undefined {
  return /[\\/]assets[\\/]camera-worker-[\w-]+\.js(?:\.br)?$/.test(file)
    ? CAMERA_WORKER_POLICY
    : undefined;
}

/** The console's: as strict as the kiosk's, and without a worker, a manifest or any policy of its own. */
const CONSOLE_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** On every answer of the admin listener; only the console's hashed files may be kept by a browser. */
export const ADMIN_HEADERS = {
  "content-security-policy": CONSOLE_SECURITY_POLICY,
  "cache-control": "no-store",
  "permissions-policy": permissionsPolicy([]),
  ...EVERYWHERE,
} as const;

/** Ours: half a year, for the listener's own name only; sent where the listener speaks TLS itself. */
export const STRICT_TRANSPORT_SECURITY = "max-age=15552000";
