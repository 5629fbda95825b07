import {
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_PATH,
  HeartbeatReceipt,
  type HeartbeatRequest,
} from "../contract/heartbeat.ts";
import type { KioskHealth } from "../contract/kiosk-health.ts";
import type { Device } from "../contract/update.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { SignedFetch } from "../outbox/signed-fetch.ts";

/** Says at intervals that the kiosk is alive and what it holds, also when it owes nothing. */
export interface Heartbeat {
  /** The first beat soon; called once more, the next one: the line works again after it did not. */
  readonly start: () => void;
  /** One beat now; gives the receipt, or nothing when none came. */
  readonly beat: () => Promise<HeartbeatReceipt | undefined>;
  readonly stop: () => void;
}

export interface HeartbeatDeps {
  readonly outbox: Pick<
    Outbox,
    "witnesses" | "incidents" | "incidentsTold" | "remove" | "oweAgain"
  >;
  /** The keys that entries here are sealed to; looks at every one of them. */
  readonly sealedTo: () => Promise<readonly string[]>;
  readonly clock: Pick<Clock, "monoMs">;
  readonly fetch: SignedFetch;
  readonly device: () => Device;
  readonly reading: () => ClockReading;
  readonly newNonce: () => string;
  readonly appVersion: string;
  readonly storagePersisted: () => Promise<boolean>;
  /** Scans refused since the page loaded, by reason. */
  readonly refusedScans: () => Readonly<Record<string, number>>;
  /** How the kiosk fares; told where the proxy asks. */
  readonly health: () => Promise<KioskHealth>;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
  /** Calls back once after `delayMs`; the returned function takes it back. */
  readonly timer: (work: () => void, delayMs: number) => () => void;
  readonly onReceipt: (receipt: HeartbeatReceipt) => void;
  /** Something is owed again that the proxy had and lost. */
  readonly onOwedAgain: () => void;
  /** What broke that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

/** Ours: a proxy that needs longer for so little is in trouble. */
const TIMEOUT_MS = 15_000;

/** Share of the interval by which beats are spread, so that a chain does not beat as one. */
const JITTER = 0.2;

/** Ours: how often a kiosk looks through all it has for the keys it still needs. At most. */
const LOOK_EVERY_MS = 600_000;

/** Ours: the first beat, so that what an earlier life left is told soon. At most. */
const FIRST_AFTER_MS = 2_000;

export function createHeartbeat(deps: HeartbeatDeps): Heartbeat {
  const { outbox, random } = deps;
  let cancelTimer = (): void => undefined;
  let stopped = false;
  /** The proxy wants to know which keys are needed here. */
  let isAsked = false;
  let wants: Pick<HeartbeatReceipt, "askHealth" | "askTroubles"> = {};
  /** It was asked for just now, and not told yet. */
  let isHealthAwaited = false;
  /** The next beat is to come soon. */
  let isSoon = false;
  let lookedMs: number | undefined;

  const mayLook = (): boolean =>
    lookedMs === undefined || deps.clock.monoMs() - lookedMs >= LOOK_EVERY_MS;

  const beat = async (): Promise<HeartbeatReceipt | undefined> => {
    const incidents = await outbox.incidents();
    const looks = isAsked && mayLook();
    const request: HeartbeatRequest = {
      v: 1,
      nonce: deps.newNonce(),
      device: deps.device(),
      clock: deps.reading(),
      appVersion: deps.appVersion,
      witnesses: [...(await outbox.witnesses())],
      incidents: [...incidents],
      ...(looks ? { sealedTo: [...(await deps.sealedTo())] } : {}),
      storagePersisted: await deps.storagePersisted(),
      refusedScans: { ...deps.refusedScans() },
      ...(wants.askHealth === true ? await healthOf(deps, wants) : {}),
    };
    const receipt = await post(deps.fetch, request);
    if (receipt === undefined) {
      // It may be an older one that answers now, and takes none of it.
      wants = {};
      return undefined;
    }
    if (incidents.length > 0) await outbox.incidentsTold(incidents.length);
    // The key to seal to is learned first: whatever comes after the next look is sealed to that.
    deps.onReceipt(receipt);
    if (looks) lookedMs = deps.clock.monoMs();
    isAsked = receipt.askSealedTo === true;
    isHealthAwaited = wants.askHealth !== true && receipt.askHealth === true;
    wants = receipt;
    // Removes nothing, and lets a little go of what is kept too long.
    await outbox.remove([], receipt.proxyTimeMs);
    const { resend } = receipt;
    if (resend !== undefined && (await outbox.oweAgain(resend)) > 0) deps.onOwedAgain();
    return receipt;
  };

  const beatAfter = (delayMs: number): void => {
    cancelTimer();
    cancelTimer = deps.timer(() => {
      isSoon = false;
      beat()
        .catch(deps.onError)
        .finally(() => {
          const spreadMs = HEARTBEAT_INTERVAL_MS * JITTER * (random() * 2 - 1);
          const isAwaited = (isAsked && mayLook()) || isHealthAwaited || isSoon;
          if (!stopped) beatAfter(isAwaited ? FIRST_AFTER_MS : HEARTBEAT_INTERVAL_MS + spreadMs);
        });
    }, delayMs);
  };

  return {
    start() {
      isSoon = true;
      beatAfter(FIRST_AFTER_MS * random());
    },
    beat,
    stop() {
      stopped = true;
      cancelTimer();
    },
  };
}

/** A kiosk that cannot say how it fares still says that it lives. */
async function healthOf(
  { health, onError }: HeartbeatDeps,
  { askTroubles }: Pick<HeartbeatReceipt, "askTroubles">,
): Promise<Pick<HeartbeatRequest, "health">> {
  try {
    const { troubles, ...rest } = await health();
    return {
      health: askTroubles === true && troubles !== undefined ? { ...rest, troubles } : rest,
    };
  } catch (error) {
    onError(error);
    return {};
  }
}

/** A receipt is JSON that parses and echoes the nonce; anything else is no answer. */
async function post(
  fetch: HeartbeatDeps["fetch"],
  request: HeartbeatRequest,
): Promise<HeartbeatReceipt | undefined> {
  try {
    const response = await fetch(HEARTBEAT_PATH, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(request),
      nonce: request.nonce,
      redirect: "error",
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) return undefined;
    const parsed = HeartbeatReceipt.safeParse(await response.json());
    return parsed.success && parsed.data.nonce === request.nonce ? parsed.data : undefined;
  } catch {
    // No network, no time or no JSON: the next beat says the same again.
    return undefined;
  }
}
