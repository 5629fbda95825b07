import { createMeter, type Meter } from "../../../src/emulator/meter.ts";
import type { TargetClient, UpdateResult } from "../../../src/proxy/target/target-client.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How Target behaves: it answers, is out, or answers as late as anybody waits, or too late. */
export type Weather = "fair" | "out" | "slow";

export interface SimulatedTarget extends TargetClient {
  /** The emulator's meter: exact for every rolling 24 hours of true time. */
  readonly meter: Meter;
  readonly weather: () => Weather;
  readonly setWeather: (weather: Weather) => void;
}

const TIMEOUT_MS = 10_000;

/** Ours: a call that is lost in fair weather. */
const LOST_SHARE = 0.005;

export function createSimulatedTarget(options: {
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly onCall: (card: string, atMs: number) => void;
}): SimulatedTarget {
  const { time, random, onCall } = options;
  const meter = createMeter();
  let weather: Weather = "fair";

  const dateMs = () => Math.floor(time.nowMs() / 1_000) * 1_000;
  const arriveIn = (card: string, inMs: number) =>
    time.at(time.nowMs() + inMs, () => {
      meter.count(time.nowMs());
      onCall(card, time.nowMs());
    });
  const isLost = () => random() < (weather === "slow" ? 0.3 : LOST_SHARE);
  const latencyMs = () =>
    weather === "slow" ? 0.95 * TIMEOUT_MS * random() : 150 + 700 * random();

  const lost = async (card: string): Promise<UpdateResult> => {
    arriveIn(card, random() * TIMEOUT_MS);
    await time.sleep(TIMEOUT_MS);
    return { outcome: { type: "unavailable", reason: "timeout" }, neverLeft: false };
  };
  const refusedForNow = async (card: string): Promise<UpdateResult> => {
    arriveIn(card, 50);
    await time.sleep(100);
    return {
      outcome: { type: "unavailable", reason: "503" },
      neverLeft: false,
      dateMs: dateMs(),
    };
  };

  return {
    meter,
    weather: () => weather,
    setWeather: (now) => {
      weather = now;
    },
    timeoutMs: TIMEOUT_MS,
    planCalls: (_visitor, attributes) => ({ calls: [attributes] }),
    update: async ({ value: card }) => {
      if (weather === "out") return random() < 0.5 ? lost(card) : refusedForNow(card);
      if (isLost()) return lost(card);
      const totalMs = latencyMs();
      arriveIn(card, totalMs / 2);
      await time.sleep(totalMs);
      return { outcome: { type: "delivered" }, neverLeft: false, dateMs: dateMs() };
    },
    fetchProfile: async () => {
      if (weather === "out") {
        await time.sleep(TIMEOUT_MS);
        return { look: { type: "unavailable", reason: "timeout" } };
      }
      await time.sleep(latencyMs() / 2);
      return { look: { type: "found", attributes: new Map() }, dateMs: dateMs() };
    },
    timeMs: async () => {
      await time.sleep(50);
      return weather === "out" ? undefined : dateMs();
    },
    close: async () => undefined,
  };
}
