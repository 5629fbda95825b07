import type { Clock } from "../../domain/clock.ts";
import type { ProfileLook } from "../target/profile-answer.ts";
import type { Answers } from "./form-table.ts";

export interface LookUpDeps {
  /** Whether Target has a profile of a member; never throws. */
  readonly look: (text: string) => Promise<ProfileLook>;
  readonly clock: Pick<Clock, "monoMs">;
  /** Resolves after so long, or as soon as `interrupted` does. */
  readonly wait: (delayMs: number) => Promise<unknown>;
  /** Resolves when somebody wants it to end. */
  readonly interrupted: Promise<unknown>;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
  readonly perSecond: number;
  /** An id that nobody has. */
  readonly nobody: string;
  readonly onProgress: (done: number, total: number) => void;
}

export interface LookedUp {
  readonly answers: Answers;
  readonly end: End;
}

export type End =
  | { readonly type: "finished" }
  | { readonly type: "interrupted" }
  /** Target did not answer so often in a row that it is not worth going on. */
  | { readonly type: "unavailable"; readonly reason: string }
  /** Whoever answers knows an id that nobody has. */
  | { readonly type: "knows-everybody" };

/** Ours: about four seconds of silence, with the pauses between; what is longer is no hiccup. */
const FAILURES_IN_A_ROW = 5;
const PAUSE_MS = 250;

/** Ours: what got no answer is asked about again, once everything else was. */
const TRIES = 3;

/**
 * Asks Target about every text: one look at a time, so many a second at most, in chance order, so that
 * what is known when it ends early is a sample of the whole. Never throws.
 *
 * First an id that nobody has: an answer to which everybody is known says nothing of anybody.
 */
export async function lookUp(texts: readonly string[], deps: LookUpDeps): Promise<LookedUp> {
  const answers = new Map<string, boolean>();
  const tries = new Map<string, number>();
  const queue = [deps.nobody, ...shuffled(texts, deps.random)];
  const pace = createPace(deps);
  const interruption = deps.interrupted.then(() => "interrupted" as const);
  const ended = (end: End): LookedUp => {
    answers.delete(deps.nobody);
    return { answers, end };
  };

  let failures = 0;
  for (let text = queue.shift(); text !== undefined; text = queue.shift()) {
    const seen = await Promise.race([interruption, pace().then(() => deps.look(text))]);
    if (seen === "interrupted") return ended({ type: "interrupted" });
    if (seen.type === "unavailable") {
      failures += 1;
      if (failures === FAILURES_IN_A_ROW) {
        return ended({ type: "unavailable", reason: seen.reason });
      }
      const tried = (tries.get(text) ?? 0) + 1;
      tries.set(text, tried);
      // Nothing is believed before the id that nobody has is answered for.
      if (text === deps.nobody) queue.unshift(text);
      else if (tried < TRIES) queue.push(text);
      await deps.wait(PAUSE_MS * 2 ** (failures - 1));
      continue;
    }
    failures = 0;
    if (text === deps.nobody && seen.type === "found") return ended({ type: "knows-everybody" });
    answers.set(text, seen.type === "found");
    deps.onProgress(answers.size - 1, texts.length);
  }
  return ended({ type: "finished" });
}

/** Waits until the next look may begin. */
function createPace({ clock, wait, perSecond }: LookUpDeps): () => Promise<void> {
  let nextMonoMs = clock.monoMs();
  return async () => {
    const nowMs = clock.monoMs();
    const startMs = Math.max(nowMs, nextMonoMs);
    nextMonoMs = startMs + 1_000 / perSecond;
    if (startMs > nowMs) await wait(startMs - nowMs);
  };
}

/** Fisher and Yates, as Knuth gives it. */
function shuffled(texts: readonly string[], random: () => number): readonly string[] {
  const drawn = [...texts];
  for (let last = drawn.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [drawn[last], drawn[other]] = [drawn[other]!, drawn[last]!];
  }
  return drawn;
}
