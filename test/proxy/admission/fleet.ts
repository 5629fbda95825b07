import { createAdmission, type Admission } from "../../../src/proxy/admission/admission.ts";

export interface FleetOptions {
  readonly seed: number;
  readonly kiosks: number;
  /** Batches the `number`th kiosk owes. */
  readonly batchesOf: (kiosk: number) => number;
  /** Of one batch. */
  readonly bytes: number;
  /** What the store takes. */
  readonly bytesPerMs: number;
  /** Moment at which the `number`th kiosk first asks, drawn from [0, 1). */
  readonly beginsMs: (kiosk: number, draw: number) => number;
  /** The store keeps nothing before this moment. */
  readonly storeWorksFromMs?: number;
  /** Kiosks that do not wait as they are told: how long they wait instead. */
  readonly impatient?: { readonly kiosks: number; readonly everyMs: number };
  /** When to give up; by then everybody should have been served. */
  readonly endsMs: number;
  /** Another one, to show that the test can tell a good one from a bad one. */
  readonly admission?: (deps: Parameters<typeof createAdmission>[0]) => Admission;
}

export interface FleetReport {
  /** When each kiosk's first batch was kept, and its last; `Infinity` for who never was. */
  readonly firstKeptMs: readonly number[];
  readonly doneMs: readonly number[];
  /** How often each kiosk was sent away. */
  readonly refusals: readonly number[];
  /** Requests in each second, sent away or not. */
  readonly asksBySecond: readonly number[];
  /** Seconds of each answer that sent somebody away, in the order they were given. */
  readonly told: readonly number[];
  readonly keptBytes: number;
  /** Bodies let in and not ended, at most, in bytes. */
  readonly peakBytes: number;
}

/** Ours: a body's way to the proxy, and an answer's way back. */
const WAY_MS = 5;

/** Ours: what a group is worth, and what committing costs beside it. */
const GROUP_BYTES = 400_000;
const COMMIT_MS = 4;

/** Source: `outbox/pause.ts`: a kiosk adds up to a quarter to what it was told. */
const ASKED_JITTER = 0.25;

/** A fleet of kiosks, a proxy's admission and a store, on one clock that moves by milliseconds. */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const { kiosks, bytes } = options;
  const random = seeded(options.seed);
  let nowMs = 0;
  const events = new Map<number, (() => void)[]>();
  const after = (ms: number, happens: () => void) => {
    const at = Math.ceil(nowMs + Math.max(1, ms));
    events.set(at, [...(events.get(at) ?? []), happens]);
  };
  const make = options.admission ?? createAdmission;
  const admission = make({ clock: { monoMs: () => nowMs }, random });

  const owed = Array.from({ length: kiosks }, (_, kiosk) => options.batchesOf(kiosk));
  const firstKeptMs = owed.map(() => Infinity);
  const doneMs = owed.map(() => Infinity);
  const refusals = owed.map(() => 0);
  const asksBySecond: number[] = [];
  const told: number[] = [];
  let keptBytes = 0;
  let heldBytes = 0;
  let peakBytes = 0;
  const store = createSlowStore(options, after, () => nowMs);

  const ask = (kiosk: number): void => {
    const second = Math.floor(nowMs / 1_000);
    asksBySecond[second] = (asksBySecond[second] ?? 0) + 1;
    const asked = admission.ask(`kiosk-${kiosk}`, bytes);
    if (asked.type === "sent-away") {
      refusals[kiosk]! += 1;
      told.push(asked.retryAfterSeconds);
      return comeBack(kiosk, asked.retryAfterSeconds);
    }
    const { ticket } = asked;
    heldBytes += bytes;
    peakBytes = Math.max(peakBytes, heldBytes);
    after(WAY_MS, () => {
      void ticket.turn().then(() =>
        store.take((isKept) => {
          ticket.end(isKept ? "kept" : "trouble");
          heldBytes -= bytes;
          if (!isKept) return comeBack(kiosk, admission.retryAfterSeconds());
          keptBytes += bytes;
          owed[kiosk]! -= 1;
          firstKeptMs[kiosk] = Math.min(firstKeptMs[kiosk]!, nowMs);
          if (owed[kiosk] === 0) doneMs[kiosk] = nowMs;
          else after(WAY_MS, () => ask(kiosk));
        }),
      );
    });
  };
  const comeBack = (kiosk: number, seconds: number): void => {
    const { impatient } = options;
    const isImpatient = impatient !== undefined && kiosk < impatient.kiosks;
    const waitMs = seconds * 1_000 * (1 + ASKED_JITTER * random());
    after(WAY_MS + (isImpatient ? impatient.everyMs : waitMs), () => ask(kiosk));
  };

  for (let kiosk = 0; kiosk < kiosks; kiosk += 1) {
    after(options.beginsMs(kiosk, random()), () => ask(kiosk));
  }
  for (; events.size > 0 && nowMs < options.endsMs; nowMs += 1) {
    const due = events.get(nowMs);
    if (due === undefined) continue;
    events.delete(nowMs);
    for (const happens of due) happens();
    // Whoever's turn it is has heard of it before time goes on.
    await new Promise(setImmediate);
  }
  const asks = Array.from(asksBySecond, (number) => number ?? 0);
  return { firstKeptMs, doneMs, refusals, asksBySecond: asks, told, keptBytes, peakBytes };
}

/** Commits in groups, one after the other, as fast as it can. */
function createSlowStore(
  { bytes, bytesPerMs, storeWorksFromMs = 0 }: FleetOptions,
  after: (ms: number, happens: () => void) => void,
  nowMs: () => number,
) {
  const waiting: ((isKept: boolean) => void)[] = [];
  let isBusy = false;
  const commit = (): void => {
    const group = waiting.splice(0, Math.max(1, Math.floor(GROUP_BYTES / bytes)));
    isBusy = group.length > 0;
    if (!isBusy) return;
    const isKept = nowMs() >= storeWorksFromMs;
    const tookMs = isKept ? (group.length * bytes) / bytesPerMs + COMMIT_MS : COMMIT_MS;
    after(tookMs, () => {
      for (const end of group) end(isKept);
      commit();
    });
  };
  return {
    take: (end: (isKept: boolean) => void): void => {
      waiting.push(end);
      if (!isBusy) commit();
    },
  };
}

/** Source: mulberry32, a public-domain generator of 32 bits. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
