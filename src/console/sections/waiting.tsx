import { useMemo } from "preact/hooks";
import type { ChainOverview } from "../../contract/overview.ts";
import { Card, Empty, Rows } from "../ui/card.tsx";
import { backlogView } from "../views/backlog.ts";
import type { Saying } from "../views/saying.ts";

export interface WaitingProps {
  readonly saying: Saying;
  readonly chain: ChainOverview;
}

/** Who waits, for how long, and in which lane. */
export function Waiting({ saying, chain }: WaitingProps) {
  const view = useMemo(() => backlogView(chain, saying), [chain, saying]);
  const { words } = saying;
  const { lane } = words.waiting;
  return (
    <Card
      id="waiting"
      title={words.waiting.title}
      aside={
        <span class="legend">
          <span>
            <i class="swatch lane-fresh" aria-hidden="true" />
            {lane.fresh}
          </span>
          <span>
            <i class="swatch lane-backlog" aria-hidden="true" />
            {lane.backlog}
          </span>
        </span>
      }
      class="half"
    >
      <p class="big">
        <strong data-metric="tarjeta_visitors_waiting">{view.visitors}</strong>{" "}
        <span>{view.noun}</span>
      </p>
      {view.isEmpty ? (
        <Empty>
          <p class="empty-title">{words.waiting.none}</p>
        </Empty>
      ) : (
        <ol class="ages">
          {view.ages.map(({ age, upTo, visitors, fresh, backlog, freshHeight, backlogHeight }) => (
            <li key={age}>
              <span class="age-bar">
                <strong>{visitors}</strong>
                {backlog > 0 && (
                  <i class="lane-backlog" style={{ "--height": String(backlogHeight) }} />
                )}
                {fresh > 0 && <i class="lane-fresh" style={{ "--height": String(freshHeight) }} />}
              </span>
              <span class="age-name">{age}</span>
              <span class="unseen">
                <span data-metric={metricOf("fresh", upTo)}>{fresh}</span> {lane.fresh},{" "}
                <span data-metric={metricOf("backlog", upTo)}>{backlog}</span> {lane.backlog}
              </span>
            </li>
          ))}
        </ol>
      )}
      <Rows rows={view.rows} />
    </Card>
  );
}

function metricOf(lane: "fresh" | "backlog", upTo: string): string {
  return `tarjeta_visitors_waiting_by_age{lane="${lane}",up_to="${upTo}"}`;
}
