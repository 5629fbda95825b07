import { randomUUID } from "node:crypto";
import { DEVICE_PATH, PAIRING_PATH } from "../../src/contract/pairing.ts";
import { problemFor } from "../../src/contract/problem.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { createPairing as createKioskPairing } from "../../src/kiosk/pairing.ts";
import type { Identity, SigningKey } from "../../src/outbox/identity.ts";
import {
  createSignedFetch,
  type SignedFetch,
  type SignedInit,
} from "../../src/outbox/signed-fetch.ts";
import { createLoginThrottle } from "../../src/proxy/admin/login-throttle.ts";
import { createGate } from "../../src/proxy/devices/gate.ts";
import { createPairing, PAIRING_TRIES } from "../../src/proxy/devices/pairing.ts";
import { openDeviceRegistry } from "../../src/proxy/devices/registry.ts";
import type { ShutOuts } from "../../src/proxy/devices/shut-outs.ts";
import { createSetupCodes } from "../../src/proxy/devices/setup-code.ts";
import type { DeviceStore } from "../../src/proxy/store/device-store.ts";
import { systemClock } from "../../src/proxy/system-clock.ts";
import { KEYS } from "./keys.ts";
import { memoryKept, memoryStorage } from "./kiosk-builders.ts";

/** Where a kiosk of a test stands. */
export interface Stand {
  readonly storeId?: string;
  readonly kioskId?: string;
  readonly timeZone?: string;
  readonly replaces?: string;
}

/** Who can pair kiosks: a running system, or a listener of a test. */
export interface PairingPlace {
  readonly kioskUrl: string;
  readonly pairingCode: (stand?: Stand) => Promise<string>;
}

interface DeskOptions {
  readonly linkToken?: string;
  readonly needsApproval?: boolean;
  readonly noteShutOut?: ShutOuts["note"];
}

/** The proxy's own way of pairing, over a store. */
export async function aPairingDesk(
  store: DeviceStore,
  clock: Clock = systemClock,
  options: DeskOptions = {},
) {
  const registry = await openDeviceRegistry(store, options.noteShutOut ?? (async () => undefined));
  const pairing = createPairing({
    store,
    registry,
    clock,
    throttle: createLoginThrottle(clock, PAIRING_TRIES),
    newId: randomUUID,
    linkToken: options.linkToken,
    needsApproval: options.needsApproval ?? false,
    setupCodes: createSetupCodes(KEYS),
  });
  return {
    registry,
    pairing,
    gate: createGate(registry, clock),
    pairingCode: async (stand: Stand = {}) => (await pairing.makeCode(grantOf(stand))).code,
  };
}

export type PairingDesk = Awaited<ReturnType<typeof aPairingDesk>>;

function grantOf(stand: Stand) {
  const { storeId = "store-1", kioskId = "kiosk-1", timeZone, replaces } = stand;
  return { storeId, kioskId, timeZone, name: kioskId, replaces };
}

/** Pairs as the kiosk's page does, its clock and its way to the proxy being the test's. */
export async function pairAs(
  code: string,
  fetch: (path: string, init: RequestInit) => Promise<Response>,
  clock: Clock = systemClock,
): Promise<Identity> {
  const pair = createKioskPairing({
    kept: memoryKept(),
    storage: memoryStorage(),
    fetch,
    subtle: crypto.subtle,
    clock,
    newId: randomUUID,
    onWaiting: () => undefined,
    sleep: () => new Promise((wake) => setTimeout(wake, 20)),
  });
  const paired = await pair({
    code,
    timeZone: "Europe/Madrid",
    storeId: undefined,
    kioskId: undefined,
  });
  if (!paired.ok) throw new Error(`The code was ${paired.error}.`);
  return paired.value;
}

/** Pairs without a socket. */
export async function pairAtDesk(
  desk: Pick<PairingDesk, "pairing" | "pairingCode" | "gate">,
  clock: Clock = systemClock,
): Promise<Identity> {
  return pairAs(await desk.pairingCode(), throughDesk(desk), clock);
}

function throughDesk({ pairing, gate }: Pick<PairingDesk, "pairing" | "gate">) {
  return async (path: string, { method = "POST", headers, body }: RequestInit) => {
    const request = {
      method,
      path,
      headers: headers as Record<string, string>,
      body: Buffer.from(typeof body === "string" ? body : ""),
    };
    const answer = path === PAIRING_PATH ? await pairing.pair(request, "127.0.0.1") : gate(request);
    if (answer.ok && path === DEVICE_PATH) return Response.json({});
    const said = answer.ok ? answer.value : problemFor(answer.error.code, answer.error.detail);
    return Response.json(said, { status: answer.ok ? 200 : 403 });
  };
}

/** The kiosk's own signing, towards `url`. */
export function signedFetchTo(
  url: string,
  key: SigningKey | undefined,
  clock: Clock = systemClock,
): SignedFetch {
  return createSignedFetch({
    fetch: (path, init) => fetch(url + path, { ...init, signal: AbortSignal.timeout(10_000) }),
    key: async () => key,
    kept: memoryKept(),
    clock,
    newNonce: randomUUID,
  });
}

/** What the kiosk's own signing adds to a request. */
export async function signedHeaders(
  key: SigningKey,
  path: string,
  init: SignedInit,
  clock: Clock = systemClock,
): Promise<Record<string, string>> {
  let headers: RequestInit["headers"];
  const sign = createSignedFetch({
    fetch: async (_path, sent) => {
      ({ headers } = sent);
      return new Response();
    },
    key: async () => key,
    kept: memoryKept(),
    clock,
    newNonce: randomUUID,
  });
  await sign(path, init);
  return headers as Record<string, string>;
}
