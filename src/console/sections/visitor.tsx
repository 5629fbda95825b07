import { useRef, useState } from "preact/hooks";
import type { Journey } from "../../contract/journey.ts";
import { visitorIdFrom } from "../../domain/visitor-id.ts";
import type { Desk } from "../desk.ts";
import { Card } from "../ui/card.tsx";
import { Mark } from "../ui/mark.tsx";
import { journeyView, type JourneyRow } from "../views/journey.ts";
import type { Saying } from "../views/saying.ts";
import { whyNot } from "../views/why-not.ts";

export interface VisitorProps {
  readonly saying: Saying;
  readonly nowMs: number;
  /** Whether who sits here may ask about one visitor. */
  readonly mayAsk: boolean;
  readonly desk: Pick<Desk, "findJourney">;
}

/** Cards are printed in groups. */
const GROUPING = /[\s-]/g;

/** The way of one visitor's updates, found by a number that stands nowhere once it was asked about. */
export function Visitor({ saying, nowMs, mayAsk, desk }: VisitorProps) {
  const { words } = saying;
  const say = words.visitor;
  const card = useRef<HTMLInputElement>(null);
  const [found, setFound] = useState<Journey | undefined>();
  const [said, setSaid] = useState("");
  const [isBusy, setBusy] = useState(false);

  const find = async () => {
    const input = card.current;
    if (input === null || isBusy) return;
    const number = input.value.replaceAll(GROUPING, "");
    // Whatever comes of it: the number is in no element and no state from here on.
    input.value = "";
    setFound(undefined);
    if (!visitorIdFrom("member", number).ok) return setSaid(say.malformed);
    setBusy(true);
    setSaid(say.finding);
    const answer = await desk.findJourney(number);
    setBusy(false);
    if (answer.type === "value") {
      setSaid("");
      setFound(answer.value);
    } else if (answer.type !== "unchanged") setSaid(say.failed(whyNot(answer, words)));
  };

  return (
    <Card id="visitor" title={say.title} class="wide">
      {mayAsk ? (
        <form
          class="find"
          onSubmit={(event) => {
            event.preventDefault();
            void find();
          }}
        >
          <label class="field">
            <span>{say.card}</span>
            <SecretInput input={card} />
            <small>{say.privacy}</small>
          </label>
          <button type="submit" class="button button-main" disabled={isBusy}>
            {say.find}
          </button>
          <p class="find-lead">{say.lead}</p>
        </form>
      ) : (
        <p class="quiet">{say.notAllowed}</p>
      )}
      <div role="status">
        {said !== "" && <p class="said">{said}</p>}
        {found !== undefined && (
          <Found
            saying={saying}
            journey={found}
            nowMs={nowMs}
            onClear={() => {
              setFound(undefined);
              card.current?.focus();
            }}
          />
        )}
      </div>
    </Card>
  );
}

/**
 * Shows dots. A field of type `password` would have the browser offer to keep the number, so it is that
 * only where the browser cannot hide what stands in any other.
 */
function SecretInput({ input }: { readonly input: { current: HTMLInputElement | null } }) {
  const rest = {
    ref: input,
    inputMode: "numeric",
    autoComplete: "off",
    spellcheck: false,
    maxLength: 160,
    required: true,
  } as const;
  return CSS.supports("-webkit-text-security", "disc") ? (
    <input {...rest} class="secret" type="text" />
  ) : (
    <input {...rest} type="password" />
  );
}

interface FoundProps {
  readonly saying: Saying;
  readonly journey: Journey;
  readonly nowMs: number;
  readonly onClear: () => void;
}

function Found({ saying, journey, nowMs, onClear }: FoundProps) {
  const view = journeyView(journey, nowMs, saying);
  return (
    <div class="journey">
      <div class="journey-head">
        <p>
          <strong>{view.state}</strong> {view.facts.join(" ")}
        </p>
        <p class="quiet">{view.alias}</p>
        <button type="button" class="button button-small" onClick={onClear}>
          {saying.words.visitor.clear}
        </button>
      </div>
      <ol class="updates">
        {view.rows.map((row) => (
          <JourneyLine key={row.id} row={row} />
        ))}
      </ol>
    </div>
  );
}

/** Five stitches, from the counter to the profile. */
function JourneyLine({ row }: { readonly row: JourneyRow }) {
  return (
    <li>
      <div class="update-words">
        <h3>
          <Mark condition={row.condition} />
          {row.title}
        </h3>
        <p class="where">{row.at}</p>
        <p class="where">{row.wrote}</p>
      </div>
      <ol class="stitches">
        {row.stops.map(({ step, name, when, isReached }) => (
          <li key={step} class={isReached ? "reached" : "open"}>
            <i aria-hidden="true" />
            <span>{name}</span>
            <span class="when">{when}</span>
          </li>
        ))}
      </ol>
      <p class="update-stage">{row.stage}</p>
    </li>
  );
}
