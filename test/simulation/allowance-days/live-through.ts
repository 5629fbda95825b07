import type { Store } from "../../../src/proxy/store/store.ts";
import { aMemoryStore } from "../../support/store-files.ts";
import { seeded } from "../../support/seeded.ts";
import { createReplica, type Replica, type ReplicaOptions } from "./replica.ts";
import type { Recording } from "./recording.ts";
import { BEGIN_MS, createScanners, ONE_KIOSK_FOR_ALL } from "./scans.ts";
import type { AllowanceStory, Happening } from "./story.ts";
import { createSimulatedTarget, type SimulatedTarget } from "./target-weather.ts";
import { createVirtualTime, type VirtualTime } from "./virtual-time.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long the breaker may pause before it finds out that Target is back. */
const BREAKER_MINUTES = 5;

export interface LifeOptions {
  readonly story: AllowanceStory;
  readonly seed: number;
  /** What is other than the product, for a control. */
  readonly control?: (store: Store) => Partial<ReplicaOptions>;
  /** Told at the end of each day. */
  readonly onDay?: (day: number) => void;
}

/**
 * Lives a story through: two proxies' forwarders on one store, the real transactions, a Target that
 * counts in true time, all on one virtual clock. The stores scan by day, kiosks without a network bring
 * what they kept once a day, and there is always more of that than may be called.
 */
export async function liveThrough({
  story,
  seed,
  control,
  onDay,
}: LifeOptions): Promise<Recording> {
  const time = createVirtualTime(BEGIN_MS);
  const store = await aMemoryStore(ONE_KIOSK_FOR_ALL);
  const random = seeded(seed);
  const minutes = story.days * 1_440;
  const book = {
    fresh: new Int32Array(minutes),
    backlog: new Int32Array(minutes),
    isOwing: new Uint8Array(minutes),
    isFair: new Uint8Array(minutes),
  };
  const waiting = new Map<string, Scan>();
  const freshMs: number[] = [];
  const target = createSimulatedTarget({
    time,
    random: seeded(seed + 1),
    onCall: (card, atMs) => {
      const scan = waiting.get(card);
      if (scan?.isFresh && scan.isFair) freshMs.push(atMs - scan.atMs);
      waiting.delete(card);
      const minute = Math.floor((atMs - BEGIN_MS) / MINUTE);
      const lane = scan?.isFresh ? book.fresh : book.backlog;
      if (minute < minutes) lane[minute]! += 1;
    },
  });
  const replicas = [0, 1].map((number) =>
    createReplica({
      time,
      store,
      target,
      random: seeded(seed + 2 + number),
      allowed: story.allowed,
      ...control?.(store),
    }),
  );
  const isFair = () => target.weather() !== "out" && replicas.some(({ isUp }) => isUp());
  const scanners = createScanners(store);

  for (const replica of replicas) time.at(BEGIN_MS, () => void replica.boot());
  for (const happening of story.happenings) schedule(happening, { time, target, replicas });
  for (let day = 0; day < story.days; day += 1) {
    time.at(BEGIN_MS + day * DAY + 1, () => {
      onDay?.(day);
      // Three days' calls at first; then what the fresh scans leave, and some.
      const share = day === 0 ? 2.5 : 0.75;
      void scanners.bringOld(Math.floor(story.allowed * share), time.nowMs()).then((cards) => {
        for (const card of cards)
          waiting.set(card, { atMs: time.nowMs(), isFresh: false, isFair: true });
        for (const each of replicas) each.notify();
      });
    });
  }
  let unfairMinute = -Infinity;
  for (let minute = 0; minute < minutes; minute += 1) {
    time.at(BEGIN_MS + minute * MINUTE, () => {
      if (!isFair()) unfairMinute = minute;
      book.isFair[minute] = isFair() ? 1 : 0;
      const isKnownFair = minute - unfairMinute > BREAKER_MINUTES;
      book.isOwing[minute] = isKnownFair && waiting.size > story.allowed / 100 ? 1 : 0;
    });
  }
  const scanNext = () => {
    const perMs = scansPerDay(story, time.nowMs()) / DAY;
    // The gaps of scans that come by chance.
    time.at(time.nowMs() - Math.log(1 - random()) / perMs, () => {
      const card = scanners.freshCard();
      waiting.set(card, { atMs: time.nowMs(), isFresh: true, isFair: isFair() });
      // Whichever proxy the kiosk reached knows at once, the other when it looks.
      const reached = replicas[random() < 0.5 ? 0 : 1]!;
      void scanners.scanNow(card, time.nowMs()).then(() => {
        (reached.isUp() ? reached : replicas.find(({ isUp }) => isUp()))?.notify();
      });
      scanNext();
    });
  };
  time.at(BEGIN_MS, scanNext);

  await time.runUntil(BEGIN_MS + story.days * DAY);
  for (const { atMs, ...scan } of waiting.values()) {
    if (scan.isFresh && scan.isFair) freshMs.push(time.nowMs() - atMs);
  }
  const maxInAnyWindow = target.meter.maxInAnyWindow();
  await store.close();
  return {
    minutes,
    allowed: story.allowed,
    ...book,
    freshMs: freshMs.toSorted((a, b) => a - b),
    maxInAnyWindow,
  };
}

interface Scan {
  readonly atMs: number;
  readonly isFresh: boolean;
  /** It came while it could be sent. */
  readonly isFair: boolean;
}

function schedule(
  happening: Happening,
  {
    time,
    target,
    replicas,
  }: {
    readonly time: VirtualTime;
    readonly target: SimulatedTarget;
    readonly replicas: readonly Replica[];
  },
): void {
  const fromMs = BEGIN_MS + happening.atHour * HOUR;
  switch (happening.type) {
    case "weather":
      time.at(fromMs, () => target.setWeather(happening.weather));
      time.at(fromMs + happening.hours * HOUR, () => target.setWeather("fair"));
      return;
    case "crash":
      for (const [number, replica] of replicas.entries()) {
        if (happening.replica !== undefined && happening.replica !== number) continue;
        time.at(fromMs, () => replica.kill());
        time.at(fromMs + happening.seconds * SECOND, () => void replica.boot());
      }
      return;
    case "clock": {
      const replica = replicas[happening.replica]!;
      time.at(fromMs, () => replica.setWallAhead(happening.aheadHours * HOUR));
      time.at(fromMs + happening.hours * HOUR, () => replica.setWallAhead(0));
      return;
    }
    case "rush":
      return;
  }
}

/** Shops open from 9 to 21, busiest in the late afternoon: some 40 % of what may be called. */
function scansPerDay({ allowed, happenings }: AllowanceStory, nowMs: number): number {
  const hour = (nowMs - BEGIN_MS) / HOUR;
  const rush = happenings.find(
    (each) => each.type === "rush" && hour >= each.atHour && hour < each.atHour + each.minutes / 60,
  );
  if (rush?.type === "rush") return rush.times * allowed;
  const ofDay = hour % 24;
  if (ofDay < 9 || ofDay >= 21) return 0.04 * allowed;
  return (0.4 + 0.5 * Math.sin(((ofDay - 9) / 12) * Math.PI)) * allowed;
}
