import { useEffect, useState } from "preact/hooks";
import { HELP_CALLS_PATH } from "../../contract/help-call.ts";
import { NOTHING, type Answer } from "../api.ts";
import type { Desk } from "../desk.ts";
import { Mark } from "../ui/mark.tsx";
import type { HelpRow, HelpView } from "../views/help-calls.ts";
import type { Saying } from "../views/saying.ts";
import { whyNot } from "../views/why-not.ts";

export interface HelpCallsProps {
  readonly saying: Saying;
  readonly view: HelpView;
  /** Whether who sits here may say that somebody goes there. */
  readonly mayAnswer: boolean;
  readonly desk: Pick<Desk, "act">;
}

/** Ours: long enough to read what became of an answer. */
const SAID_MS = 10_000;

/** Where shoppers wait for somebody: above everything else while one does, and nothing else. */
export function HelpCalls({ saying, view, mayAnswer, desk }: HelpCallsProps) {
  const say = saying.words.help;
  const { said, answering, answer } = useAnswer(desk, saying);
  return (
    <>
      <p class="unseen" role="status">
        {view.spoken}
      </p>
      {(view.open > 0 || said !== "") && (
        <section class="help-calls" aria-label={say.title}>
          {view.open > 0 && (
            <h2>
              <Mark condition="warn" />
              <span>
                <strong data-metric="tarjeta_help_calls_open">{view.openText}</strong>{" "}
                {say.open(view.open)}
              </span>
            </h2>
          )}
          <ul>
            {view.rows.map((row) => (
              <li key={row.callId}>
                <p>
                  <strong>{row.sentence}</strong> <span>{row.waits}</span> <span>{row.reason}</span>
                </p>
                {mayAnswer && (
                  <button
                    type="button"
                    class="button button-main"
                    aria-label={row.answer}
                    disabled={answering === row.callId}
                    onClick={() => answer(row)}
                  >
                    {say.answer}
                  </button>
                )}
              </li>
            ))}
            {view.more !== undefined && <li>{view.more}</li>}
          </ul>
          <p class="said" role="status">
            {said}
          </p>
        </section>
      )}
    </>
  );
}

function useAnswer(desk: HelpCallsProps["desk"], { words }: Saying) {
  const [said, setSaid] = useState("");
  const [answering, setAnswering] = useState<string | undefined>();
  const say = words.help;

  const told = (row: HelpRow, answered: Answer<unknown>): string => {
    if (answered.type === "value" || answered.type === "unchanged") return say.answered(row.place);
    if (answered.type === "refused" && answered.code === "not-found") return say.gone(row.place);
    return say.failed(whyNot(answered, words));
  };
  useEffect(() => {
    if (said === "") return undefined;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);

  return {
    said,
    answering,
    answer(row: HelpRow) {
      setAnswering(row.callId);
      void desk
        .act(`${HELP_CALLS_PATH}/${row.callId}/answer`, undefined, NOTHING)
        .then((answered) => {
          setAnswering(undefined);
          setSaid(told(row, answered));
        });
    },
  };
}
