import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Answer } from "./api.ts";
import type { Desk } from "./desk.ts";
import { Awning } from "./ui/ribbon.tsx";
import type { Saying } from "./views/saying.ts";
import { whyNot } from "./views/why-not.ts";

export interface SignInProps {
  readonly saying: Saying;
  /** A session was open here, and is over. */
  readonly hasEnded: boolean;
  readonly desk: Pick<Desk, "signIn">;
}

/** Turns a token into a session; the token is kept nowhere. */
export function SignIn({ saying, hasEnded, desk }: SignInProps) {
  const { words } = saying;
  const say = words.signIn;
  const token = useRef<HTMLInputElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  // With the first paint: whoever types at once loses no letter.
  useLayoutEffect(() => token.current?.focus(), []);

  const enter = async () => {
    const input = token.current;
    if (input === null || isBusy) return;
    setBusy(true);
    setTrouble("");
    const answer = await desk.signIn(input.value.trim());
    if (answer.type === "value") return;
    input.value = "";
    input.focus();
    setBusy(false);
    setTrouble(troubleOf(answer, saying));
  };

  return (
    <main class="sign-in">
      <Awning />
      <form
        class="sign-in-sheet"
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <p class="brand">{words.product}</p>
        <h1>{say.title}</h1>
        <p>{hasEnded ? say.ended : say.lead}</p>
        <label class="field">
          <span>{say.token}</span>
          <input
            ref={token}
            type="password"
            autoComplete="off"
            spellcheck={false}
            required
            aria-describedby="token-hint"
          />
          <small id="token-hint">{say.hint}</small>
        </label>
        <button type="submit" class="button button-main" disabled={isBusy}>
          {isBusy ? say.entering : say.enter}
        </button>
        <p class="trouble" role="alert">
          {trouble}
        </p>
      </form>
    </main>
  );
}

function troubleOf(answer: Exclude<Answer<unknown>, { type: "value" }>, { words }: Saying): string {
  const say = words.signIn;
  if (answer.type === "unreachable" || answer.type === "unchanged") return say.unreachable;
  if (answer.type === "refused" && answer.code === "unauthorized") return say.wrong;
  if (answer.type === "refused" && answer.code === "too-many-tries") {
    return say.throttled(answer.retryAfterSeconds ?? 60);
  }
  return whyNot(answer, words);
}
