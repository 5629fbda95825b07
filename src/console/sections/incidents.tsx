import { Card, Empty } from "../ui/card.tsx";
import { Mark } from "../ui/mark.tsx";
import type { IncidentsView } from "../views/incidents.ts";
import type { Saying } from "../views/saying.ts";

export interface IncidentsProps {
  readonly saying: Saying;
  readonly view: IncidentsView;
}

/** What was lost or is in doubt, and what to do. */
export function Incidents({ saying, view }: IncidentsProps) {
  const say = saying.words.incidents;
  return (
    <Card
      id="incidents"
      title={say.title}
      aside={
        view.open === 0 ? undefined : (
          <strong data-metric="tarjeta_incidents_open">{view.openText}</strong>
        )
      }
      class="half"
    >
      {view.open === 0 ? (
        <Empty>
          <p class="empty-title">{say.none}</p>
        </Empty>
      ) : (
        <ul class="incidents">
          {view.rows.map(({ id, condition, title, where, since, next, detail }) => (
            <li key={id}>
              <h3>
                <Mark condition={condition} />
                {title}
              </h3>
              <p class="where">
                {where}, {since}
              </p>
              <p>{next}</p>
              <details>
                <summary>{say.detail}</summary>
                <p class="detail">{detail}</p>
              </details>
            </li>
          ))}
          {view.more !== undefined && <li class="more">{view.more}</li>}
        </ul>
      )}
    </Card>
  );
}
