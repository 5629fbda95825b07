import { computed, effect, signal, type ReadonlySignal } from "@preact/signals-core";
import type { Clock } from "../domain/clock.ts";

export interface CountdownDeps {
  readonly clock: Pick<Clock, "monoMs">;
  /** Calls back every `everyMs` until the returned function is called. */
  readonly every: (work: () => void, everyMs: number) => () => void;
}

/** Ours: often enough that no second is seen to last two. */
const LOOK_EVERY_MS = 200;

/** Whole seconds until a moment of the monotonic clock, counted down; nothing while there is none. */
export function createCountdown(
  endMs: ReadonlySignal<number | undefined>,
  { clock, every }: CountdownDeps,
): ReadonlySignal<number | undefined> {
  const nowMs = signal(clock.monoMs());
  effect(() => {
    if (endMs.value === undefined) return undefined;
    const look = () => void (nowMs.value = clock.monoMs());
    look();
    return every(look, LOOK_EVERY_MS);
  });
  return computed(() =>
    endMs.value === undefined
      ? undefined
      : Math.max(0, Math.ceil((endMs.value - nowMs.value) / 1_000)),
  );
}
