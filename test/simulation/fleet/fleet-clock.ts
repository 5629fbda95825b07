import type { ChildProcess } from "node:child_process";
import type { Clock } from "../../../src/domain/clock.ts";
import { pause } from "../../support/wait.ts";

/**
 * The one time of a fleet: kiosks, proxies and Target read it, and it stands still while anything is
 * open. So days pass in minutes, and no process ever sees another's time.
 */
export interface FleetClock extends Clock {
  /** A process that reads the time is told it from now on, and waited for, as long as it lives. */
  readonly attach: (child: ChildProcess) => void;
  /** How an answer of Target's is held up: until the time has moved on so far. */
  readonly sleep: (forMs: number) => Promise<void>;
  /** How many are held up. */
  readonly sleepers: () => number;
  /**
   * Moves on by `byMs`, as soon as nothing is open but what is held up; those are let go when their
   * time comes, and the move goes on when they are done.
   */
  readonly advance: (byMs: number) => Promise<void>;
  /** Resolves when nothing is open but what is held up. */
  readonly idle: () => Promise<void>;
}

/** Ours: how often whoever moves the clock looks whether it may. */
const LOOK_EVERY_MS = 2;

/** Ours: a database that starts, and calls that nobody answers, take seconds. */
const PATIENCE_MS = 60_000;

/** @param isIdle whether nothing is open but what sleeps */
export function createFleetClock(startMs: number, isIdle: () => boolean): FleetClock {
  let nowMs = startMs;
  const readers = new Map<ChildProcess, () => void>();
  const sleepers = new Map<() => void, number>();

  const tell = (child: ChildProcess, wait: () => void) => {
    readers.set(child, wait);
    if (child.connected) child.send(nowMs, () => undefined);
    else wait();
  };
  const moveTo = async (toMs: number) => {
    nowMs = toMs;
    await Promise.all(
      [...readers.keys()].map((child) => new Promise<void>((told) => tell(child, told))),
    );
    for (const [wake, atMs] of sleepers) {
      if (atMs > nowMs) continue;
      sleepers.delete(wake);
      wake();
    }
  };
  const idle = async () => {
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (!isIdle()) {
      if (performance.now() > deadlineMs) throw new Error("Something stays open for ever.");
      await pause(LOOK_EVERY_MS);
    }
  };

  return {
    wallMs: () => nowMs,
    monoMs: () => nowMs - startMs,
    attach: (child) => {
      readers.set(child, () => undefined);
      child.on("message", (message) => {
        if (message === nowMs) readers.get(child)?.();
      });
      child.once("exit", () => {
        readers.get(child)?.();
        readers.delete(child);
      });
    },
    sleep: (forMs) => new Promise((wake) => sleepers.set(wake, nowMs + forMs)),
    sleepers: () => sleepers.size,
    advance: async (byMs) => {
      const untilMs = nowMs + byMs;
      for (let atMs = nowMs; atMs < untilMs;) {
        await idle();
        atMs = Math.min(untilMs, ...sleepers.values());
        await moveTo(atMs);
      }
      await idle();
    },
    idle,
  };
}
