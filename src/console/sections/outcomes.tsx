import { useMemo, useState } from "preact/hooks";
import type { OutcomesSlot } from "../../contract/overview.ts";
import { Card, Empty } from "../ui/card.tsx";
import { Chart } from "../ui/chart.tsx";
import { Figures } from "../ui/figures.tsx";
import { outcomesView, type Span } from "../views/outcomes.ts";
import type { Saying } from "../views/saying.ts";
import { FATES } from "../views/share.ts";
import { outcomesPlan } from "./outcomes-plan.ts";

const HEIGHT = 250;
const SPANS: readonly Span[] = ["hours", "days"];

export interface OutcomesProps {
  readonly saying: Saying;
  readonly hours: readonly OutcomesSlot[];
  readonly days: readonly OutcomesSlot[];
}

/** What became of the scans of each hour, or of each day. */
export function OutcomesOverTime({ saying, hours, days }: OutcomesProps) {
  const [span, setSpan] = useState<Span>("hours");
  const [point, setPoint] = useState<number | undefined>();
  const { words, formats } = saying;
  const say = words.outcomes;
  const slots = span === "hours" ? hours : days;
  const view = useMemo(() => outcomesView(slots, span, saying), [slots, span, saying]);
  const plan = useMemo(() => outcomesPlan(view, saying), [view, saying]);
  const under = point === undefined ? undefined : view.names[point];
  return (
    <Card
      id="outcomes"
      title={say.title}
      aside={
        <fieldset class="switch">
          <legend class="unseen">{say.span}</legend>
          {SPANS.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="span"
                checked={each === span}
                onChange={() => {
                  setPoint(undefined);
                  setSpan(each);
                }}
              />
              <span>{say[each]}</span>
            </label>
          ))}
        </fieldset>
      }
      class="half"
    >
      <p class="legend legend-line">
        {FATES.map((fate) => (
          <span key={fate}>
            <i class={`swatch fate-${fate}`} aria-hidden="true" />
            {words.scans.fate[fate]}
            {point !== undefined && under !== undefined && (
              <strong> {formats.count(view.scans[fate][point] ?? 0)}</strong>
            )}
          </span>
        ))}
        {under !== undefined && <span class="legend-when">{under}</span>}
      </p>
      {view.isEmpty ? (
        <Empty>
          <p class="empty-title">{say.empty}</p>
        </Empty>
      ) : (
        <>
          <Chart plan={plan} height={HEIGHT} onPoint={setPoint} />
          <Figures
            words={words}
            caption={`${say.title}, ${say[span]}`}
            columns={[
              span === "hours" ? say.hour : say.day,
              ...FATES.map((fate) => words.scans.fate[fate]),
            ]}
            rows={view.names
              .map((name, index) => [
                name,
                ...FATES.map((fate) => formats.count(view.scans[fate][index] ?? 0)),
              ])
              .toReversed()}
          />
        </>
      )}
    </Card>
  );
}
