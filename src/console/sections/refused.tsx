import { useEffect, useState } from "preact/hooks";
import {
  REDRIVE_PATH,
  RedriveProgress,
  type DeadLetterClass,
  type RedriveRequest,
} from "../../contract/dead-letters.ts";
import type { ChainOverview } from "../../contract/overview.ts";
import type { Answer } from "../api.ts";
import type { Desk } from "../desk.ts";
import { Card, Empty } from "../ui/card.tsx";
import { Question } from "../ui/question.tsx";
import { refusedView, type RefusedClass } from "../views/refused.ts";
import { whyNot } from "../views/why-not.ts";
import type { Saying } from "../views/saying.ts";

/** Ours: how often is asked how far a redrive is. */
const PROGRESS_EVERY_MS = 1_000;

export interface RefusedProps {
  readonly saying: Saying;
  readonly deadLetters: ChainOverview["deadLetters"];
  /** Whether who sits here may send again. */
  readonly mayRedrive: boolean;
  readonly desk: Pick<Desk, "act" | "ask">;
}

/** Whom Target refused, by why; an operator may send them once more. */
export function Refused({ saying, deadLetters, mayRedrive, desk }: RefusedProps) {
  const { words } = saying;
  const say = words.refused;
  const view = refusedView(deadLetters, saying);
  const [asking, setAsking] = useState<RefusedClass | "all" | undefined>();
  const { said, isRunning, redrive } = useRedrive(desk, saying);

  return (
    <Card id="refused" title={say.title} class="half">
      {view.isEmpty ? (
        <Empty>
          <p class="empty-title">{say.none}</p>
        </Empty>
      ) : (
        <>
          <p class="big">
            <strong data-metric="tarjeta_dead_letters">{view.visitors}</strong>{" "}
            <span>{say.waiting}</span>
          </p>
          <ul class="classes">
            {view.classes.map((each) => (
              <li key={each.class}>
                <span>{each.name}</span>
                <strong data-metric={each.metric}>{each.visitors}</strong>
                {mayRedrive && (
                  <button
                    type="button"
                    class="button button-small"
                    aria-label={say.sendClass(each.name)}
                    disabled={isRunning}
                    onClick={() => setAsking(each)}
                  >
                    {say.sendAgain}
                  </button>
                )}
              </li>
            ))}
          </ul>
          {mayRedrive ? (
            <button
              type="button"
              class="button button-main"
              disabled={isRunning}
              onClick={() => setAsking("all")}
            >
              {say.sendAll}
            </button>
          ) : (
            <p class="quiet">{say.onlyOperators}</p>
          )}
        </>
      )}
      <p class="said" role="status">
        {said}
      </p>
      {asking !== undefined && (
        <Question
          title={
            asking === "all"
              ? say.askAll(view.visitors)
              : say.askClass(asking.visitors, asking.name)
          }
          text={say.consequence}
          yes={say.confirm}
          no={say.cancel}
          onNo={() => setAsking(undefined)}
          onYes={() => {
            setAsking(undefined);
            redrive(asking === "all" ? undefined : asking.class);
          }}
        />
      )}
    </Card>
  );
}

function useRedrive(desk: RefusedProps["desk"], { words, formats }: Saying) {
  const [said, setSaid] = useState("");
  const [isRunning, setRunning] = useState(false);
  const say = words.refused;

  const told = (answer: Answer<RedriveProgress>): void => {
    if (answer.type !== "value") {
      if (answer.type === "unchanged") return;
      setRunning(false);
      setSaid(say.failed(whyNot(answer, words)));
      return;
    }
    const { state, redriven, of } = answer.value;
    const [done, all] = [formats.count(redriven), formats.count(of)];
    setRunning(state === "running");
    if (state === "running") setSaid(say.sending(done, all));
    else setSaid(state === "stopped" ? say.stopped(done, all) : say.sent(done));
  };
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(
      () => void desk.ask(REDRIVE_PATH, RedriveProgress).then(told),
      PROGRESS_EVERY_MS,
    );
    return () => clearInterval(timer);
  }, [isRunning]);

  return {
    said,
    isRunning,
    redrive: (named: DeadLetterClass | undefined) => {
      const body: RedriveRequest = named === undefined ? {} : { class: named };
      void desk.act(REDRIVE_PATH, body, RedriveProgress).then(told);
    },
  };
}
