import type { TargetClient } from "./target-client.ts";

/** A call to Target as it ended; says nothing of whom it was about. */
export interface TargetCall {
  readonly call: "update" | "fetch" | "time";
  /** In a word: what Target said, or that it did not. */
  readonly outcome: string;
  readonly seconds: number;
}

/** The client, with every call told to `observe` as it ends. */
export function observedTarget(
  target: TargetClient,
  observe: (call: TargetCall) => void,
  monoMs: () => number,
): TargetClient {
  const timed = async <T>(
    call: TargetCall["call"],
    ask: () => Promise<T>,
    outcomeOf: (result: T) => string,
  ): Promise<T> => {
    const beganMs = monoMs();
    const result = await ask();
    observe({ call, outcome: outcomeOf(result), seconds: (monoMs() - beganMs) / 1_000 });
    return result;
  };
  return {
    ...target,
    update: (visitor, attributes) =>
      timed(
        "update",
        () => target.update(visitor, attributes),
        ({ outcome, neverLeft }) => (neverLeft ? "never_left" : outcome.type),
      ),
    fetchProfile: (visitor) =>
      timed(
        "fetch",
        () => target.fetchProfile(visitor),
        ({ look }) => look.type,
      ),
    timeMs: () =>
      timed(
        "time",
        () => target.timeMs(),
        (timeMs) => (timeMs === undefined ? "unavailable" : "told"),
      ),
  };
}
