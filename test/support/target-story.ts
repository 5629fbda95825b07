import type { Fault } from "../../src/emulator/faults.ts";
import { createEmulator, type Emulator } from "../../src/emulator/target-emulator.ts";
import type { Switches } from "../../src/emulator/switches.ts";
import { createForwarder } from "../../src/proxy/forwarder.ts";
import { openLedgerClock } from "../../src/proxy/ledger-clock.ts";
import { READ_BACK } from "../../src/proxy/read-back/look-plan.ts";
import { createReadBack } from "../../src/proxy/read-back/read-back.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import { createTargetClient } from "../../src/proxy/target/target-client.ts";
import { cardIds } from "../../src/proxy/visitor-ids/visitor-ids.ts";
import { aMember, createHandClock } from "./forwarding-world.ts";
import { seeded } from "./seeded.ts";
import { aBatch, anUpdate, MINUTE, NOW } from "./store-builders.ts";
import { aMemoryStore } from "./store-files.ts";

/** A few days between a proxy and a Target that behaves as told. */
export interface StoryOptions {
  readonly seed: number;
  readonly switches?: Partial<Switches>;
  /** Armed once the story is under way, and gone before its end. */
  readonly faults?: readonly (Partial<Fault> & { readonly type: Fault["type"] })[];
  readonly method?: "POST" | "GET";
  readonly path?: "code" | "literal";
  readonly token?: string;
}

export interface StoryReport {
  readonly calls: number;
  /** Calls whose content had come before, and how many of them answers that were lost explain. */
  readonly repeats: number;
  readonly explained: number;
  readonly maxInAnyWindow: number;
  readonly scans: Awaited<ReturnType<Store["figures"]>>["scans"];
  readonly deadLetters: readonly string[];
  /** Visitors whose profile is not the newest state. */
  readonly astray: readonly string[];
  readonly absent: number;
  readonly unknown: number;
}

const HOUR = 60 * MINUTE;
const TIMEOUT_MS = 250;

/** So few that the story runs against it. */
export const STORY_ALLOWED = 18;

const MEMBERS = ["2900000000018", "2900000000025", "2900000000032", "2900000000049"];
const STRANGER = "2900000000063";

/** Ours: rounds of an hour after the story; whatever has not come to rest by then never does. */
const REST_HOURS = 240;

/** Lives through one story and tells what is left. */
export async function liveStory(options: StoryOptions): Promise<StoryReport> {
  const random = seeded(options.seed);
  const clock = createHandClock();
  const held = createHeldCalls();
  const emulator = createEmulator({
    clock,
    visitors: MEMBERS.map(aMember),
    limit: STORY_ALLOWED,
    propagation: { minMs: 0, maxMs: 40 * MINUTE },
    random,
    sleep: held.sleep,
    ...(options.token === undefined ? {} : { token: options.token }),
    switches: options.switches ?? {},
  });
  await emulator.app.listen({ host: "127.0.0.1", port: 0 });
  const address = emulator.app.server.address();
  if (address === null || typeof address === "string") throw new Error("The emulator is not on.");
  const store = await aMemoryStore();
  const target = createTargetClient({
    origin: `http://127.0.0.1:${address.port}`,
    client: "demo",
    timeoutMs: TIMEOUT_MS,
    method: options.method ?? "POST",
    path: options.path ?? "code",
    ...(options.token === undefined ? {} : { token: options.token }),
  });
  const ledger = await openLedgerClock({ store, clock });
  const shared = { store, target, clock, random };
  const timing = { ...READ_BACK, share: 0.5 };
  const forwarder = createForwarder({
    ...shared,
    ledger,
    allowed: STORY_ALLOWED,
    readBack: timing,
  });
  const readBack = createReadBack({
    ...shared,
    visitorIds: cardIds,
    timing,
    dailyFetches: 500_000,
    onOwed: () => undefined,
  });
  const pass = async (forMs: number) => {
    clock.advance(forMs);
    await forwarder.runOnce();
    clock.advance(MINUTE);
    await readBack.runOnce();
    await forwarder.runOnce();
  };

  const newest = new Map<string, Map<string, string>>();
  let seq = 0;
  const scan = async (card: string, attributes: Readonly<Record<string, string>>) => {
    seq += 1;
    const receiptMs = clock.wallMs();
    const update = anUpdate({ card, attributes, seq, atMs: receiptMs - 1 });
    await store.ingest(aBatch([update], { receiptMs }));
    const known = newest.get(card) ?? new Map<string, string>();
    for (const [name, value] of Object.entries(attributes)) known.set(name, value);
    newest.set(card, known);
  };

  try {
    for (let step = 0; step < 10; step += 1) {
      if (step === 2 || step === 6) emulator.inject(...(options.faults ?? []));
      for (const card of MEMBERS) {
        if (random() < 0.5) await scan(card, { lastStore: `S ${step}+&%`, n: `${step}-${seq} 🙂` });
      }
      if (step === 1 || step === 4) await scan(STRANGER, { n: `${step}` });
      // A session on the site, over our calls: what it carries to its end is older than they are.
      if (step === 5) visitSite(emulator);
      await pass(random() * 20 * MINUTE);
    }
    emulator.clearFaults();
    for (let hour = 0; hour < REST_HOURS; hour += 1) {
      await held.arrived();
      await pass(HOUR);
      if (hour === 3) emulator.visitSite(aMember(STRANGER), {}, clock.wallMs());
      const { visitorsWaiting, visitorsAbsent, looksWaiting } = await store.figures(0, 0);
      if (hour > 3 && visitorsWaiting + visitorsAbsent + looksWaiting === 0) break;
    }
    // The last call of all may have left a moment ago.
    clock.advance(HOUR);
    // As of the beginning, so that no day of the story is too old to be told of.
    const figures = await store.figures(NOW, 0);
    const letters = await store.deadLetters(99);
    const looks = readBack.figures();
    return {
      calls: emulator.calls().length,
      repeats: repeatsOf(emulator),
      explained:
        2 * lostAnswers(options.faults ?? []) +
        looks.reverted +
        looks["not-applied"] +
        looks.absent,
      maxInAnyWindow: emulator.meter().maxInAnyWindow,
      scans: figures.scans,
      deadLetters: letters.map(({ reason }) => reason),
      astray: [...newest].flatMap(([card, attributes]) =>
        isNewest(emulator, card, attributes, options.switches) ? [] : [card],
      ),
      absent: figures.visitorsAbsent,
      unknown: figures.visitorsUnknown,
    };
  } finally {
    await forwarder.stop();
    await target.close();
    await emulator.app.close();
    await store.close();
  }
}

/**
 * Calls that Target holds: by real clocks, and as long as the client waits or little longer. Whoever lets
 * hours pass waits for them first, since no call arrives days late.
 */
function createHeldCalls() {
  const held = new Set<Promise<void>>();
  return {
    sleep: (delayMs: number) => {
      const waking = new Promise<void>((wake) =>
        setTimeout(wake, Math.min(delayMs, 2 * TIMEOUT_MS)),
      );
      held.add(waking);
      return waking.then(() => void held.delete(waking));
    },
    arrived: async () => {
      await Promise.all(held);
      // What was held takes effect in the turn in which it wakes.
      await new Promise((next) => setImmediate(next));
    },
  };
}

/** Somebody is on the site with both ids, for as long as a session lasts. */
function visitSite(emulator: Emulator): void {
  emulator.visit({
    thirdPartyId: MEMBERS[0]!,
    tntId: "1368007744041-575948.28_20",
    attributes: { tier: "gold" },
  });
}

function isNewest(
  emulator: Emulator,
  card: string,
  attributes: ReadonlyMap<string, string>,
  switches: StoryOptions["switches"],
): boolean {
  const profile = emulator.profile(aMember(card));
  // What was applied and expired since is nobody's loss.
  if (profile === undefined && switches?.lifetimeDays !== undefined) return true;
  return [...attributes].every(([name, value]) => profile?.attributes.get(name)?.value === value);
}

/** Calls with effect whose visitor and content were there before. */
function repeatsOf(emulator: Emulator): number {
  const seen = new Set<string>();
  let repeats = 0;
  for (const { visitor, attributes, effect } of emulator.calls()) {
    if (effect !== "known") continue;
    const content = JSON.stringify([visitor, attributes]);
    if (seen.has(content)) repeats += 1;
    seen.add(content);
  }
  return repeats;
}

/** Faults after which Target did what it was asked, and nobody was told. */
const MUTE: ReadonlySet<string> = new Set(["lost-reply", "half-answer", "delay", "late-arrival"]);

function lostAnswers(faults: NonNullable<StoryOptions["faults"]>): number {
  return faults.filter(({ type }) => MUTE.has(type)).reduce((sum, { times = 1 }) => sum + times, 0);
}
