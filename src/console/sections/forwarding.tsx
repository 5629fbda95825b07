import { useState } from "preact/hooks";
import { FORWARDING_PATH, MAX_PAUSE_REASON, type PauseRequest } from "../../contract/forwarding.ts";
import type { ChainOverview } from "../../contract/overview.ts";
import { NOTHING } from "../api.ts";
import type { Desk } from "../desk.ts";
import { Mark } from "../ui/mark.tsx";
import { Question } from "../ui/question.tsx";
import { forwardingView } from "../views/forwarding.ts";
import type { Saying } from "../views/saying.ts";
import type { Forwarding as FollowedForwarding } from "../words.ts";
import { whyNot } from "../views/why-not.ts";

export interface ForwardingProps {
  readonly saying: Saying;
  readonly forwarding: FollowedForwarding;
  readonly allowance: ChainOverview["allowance"];
  readonly nowMs: number;
  /** Whether who sits here may pause and resume. */
  readonly mayPause: boolean;
  readonly desk: Pick<Desk, "act">;
}

/** Whether anything goes to Target, and the switch for it. */
export function Forwarding({
  saying,
  forwarding,
  allowance,
  nowMs,
  mayPause,
  desk,
}: ForwardingProps) {
  const { words } = saying;
  const say = words.forwarding;
  const view = forwardingView(forwarding, allowance, nowMs, saying);
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [said, setSaid] = useState("");

  const change = async (to: "pause" | "resume", body: PauseRequest) => {
    setBusy(true);
    setSaid("");
    const answer = await desk.act(`${FORWARDING_PATH}/${to}`, body, NOTHING);
    setBusy(false);
    if (answer.type !== "value" && answer.type !== "unchanged") {
      setSaid(say.failed(whyNot(answer, words)));
    }
  };
  const pause = () => {
    setAsking(false);
    const given = reason.trim();
    setReason("");
    void change("pause", given === "" ? {} : { reason: given });
  };

  return (
    <div class="forwarding">
      <p class="forwarding-state" role="status">
        <span>
          <Mark condition={view.condition} />
          <strong>{view.state}</strong>
        </span>
        {view.facts !== "" && <span class="forwarding-facts">{view.facts}</span>}
        {said !== "" && <span class="trouble">{said}</span>}
      </p>
      {mayPause && (
        <button
          type="button"
          class={view.isPaused ? "button button-main" : "button"}
          disabled={isBusy}
          onClick={() => (view.isPaused ? void change("resume", {}) : setAsking(true))}
        >
          {isBusy ? say.working : view.isPaused ? say.resume : say.pause}
        </button>
      )}
      {isAsking && (
        <Question
          title={say.askPause}
          text={say.pauseConsequence}
          yes={say.confirmPause}
          no={say.cancel}
          onYes={pause}
          onNo={() => setAsking(false)}
        >
          <label class="field">
            <span>{say.reason}</span>
            <input
              type="text"
              maxLength={MAX_PAUSE_REASON}
              autoComplete="off"
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
            <small>{say.reasonHint}</small>
          </label>
        </Question>
      )}
    </div>
  );
}
