import { useMemo, useState } from "preact/hooks";
import type { Allowance } from "../../contract/allowance.ts";
import type { ChainOverview } from "../../contract/overview.ts";
import { Card, Empty, Rows } from "../ui/card.tsx";
import { Chart } from "../ui/chart.tsx";
import { Figures } from "../ui/figures.tsx";
import { Woven } from "../ui/ribbon.tsx";
import { allowanceView, callsView } from "../views/calls.ts";
import type { Saying } from "../views/saying.ts";
import { callsPlan } from "./calls-plan.ts";

const HEIGHT = 208;

export interface CallsProps {
  readonly saying: Saying;
  readonly allowance: Allowance | undefined;
  /** Visitors that owe Target something, and are being sent. */
  readonly waiting: number;
}

/** When the calls of the last day left, and those that are to come. */
export function Calls({ saying, allowance, waiting }: CallsProps) {
  const { words, formats } = saying;
  const say = words.allowance;
  const view = useMemo(
    () => (allowance === undefined ? undefined : callsView(allowance, waiting)),
    [allowance, waiting],
  );
  const plan = useMemo(
    () => (view === undefined ? undefined : callsPlan(view, saying)),
    [view, saying],
  );
  const [point, setPoint] = useState<number | undefined>();
  const bars = view === undefined ? [] : [...view.bars, ...view.forecast];
  const under = point === undefined ? undefined : bars[point];

  return (
    <Card
      id="allowance"
      title={say.chart}
      aside={
        under === undefined
          ? say.perHalfHour
          : `${formats.time(under.fromMs)}: ${formats.count(under.calls)}`
      }
      class="two-thirds"
    >
      {view === undefined || plan === undefined || view.isEmpty ? (
        <Empty>
          <p class="empty-title">{view === undefined ? words.loading : say.empty}</p>
        </Empty>
      ) : (
        <>
          <Chart plan={plan} height={HEIGHT} onPoint={setPoint} />
          <Figures
            words={words}
            caption={`${say.chart}, ${say.perHalfHour}`}
            columns={[say.time, say.calls]}
            rows={bars
              .map(({ fromMs, calls }, index) => {
                const isToCome = index >= view.bars.length;
                const name = formats.time(fromMs);
                return [isToCome ? `${name} (${say.forecast})` : name, formats.count(calls)];
              })
              .toReversed()}
          />
        </>
      )}
    </Card>
  );
}

export interface AllowanceCardProps extends Pick<CallsProps, "saying" | "allowance"> {
  readonly chain: ChainOverview;
  readonly nowMs: number;
}

/** How much may still be called. */
export function AllowanceCard({ saying, chain, allowance, nowMs }: AllowanceCardProps) {
  const view = allowanceView(chain, allowance, nowMs, saying);
  return (
    <Card id="allowance-left" title={saying.words.allowance.title} class="third">
      <p class="big">
        <strong data-metric="tarjeta_allowance_used_calls">{view.used}</strong>{" "}
        <span data-metric="tarjeta_allowance_calls">{view.ofUsed}</span>
      </p>
      <div class="track">
        <Woven fraction={view.fraction} />
      </div>
      <Rows rows={view.rows} />
    </Card>
  );
}
