import { useState } from "preact/hooks";
import { Card, Empty } from "../ui/card.tsx";
import { Mark } from "../ui/mark.tsx";
import type { KiosksView } from "../views/kiosks.ts";
import type { Saying } from "../views/saying.ts";

/** Ours: rows that are shown before somebody asks for all: those to look after first. */
const FIRST_ROWS = 8;

export interface KiosksProps {
  readonly saying: Saying;
  readonly view: KiosksView;
  /** Whether who sits here may ask for all of them. */
  readonly mayAskAll: boolean;
  readonly onShowAll: (all: boolean) => void;
}

/** How every kiosk stands, the worst first. */
export function Kiosks({ saying, view, mayAskAll, onShowAll }: KiosksProps) {
  const [all, setAll] = useState(false);
  const { words, formats } = saying;
  const say = words.kiosks;
  const rows = all ? view.rows : view.rows.slice(0, FIRST_ROWS);
  const showAll = () => {
    setAll(!all);
    if (mayAskAll) onShowAll(!all);
  };
  return (
    <Card
      id="kiosks"
      title={say.title}
      aside={
        view.isEmpty ? undefined : (
          <>
            {view.summary}
            {view.outOfService !== undefined && (
              <>
                {" · "}
                <span data-metric="tarjeta_kiosks_out_of_service">{view.outOfService}</span>{" "}
                {say.outOfService}
              </>
            )}
            {` · ${view.owed}`}
          </>
        )
      }
      class="wide"
    >
      {view.isEmpty ? (
        <Empty>
          <p class="empty-title">{say.empty}</p>
          <p>
            {say.emptyNext} <code>{words.scans.pairCommand}</code>
          </p>
        </Empty>
      ) : (
        <div class="table-scroll" tabIndex={0} role="group" aria-label={say.title}>
          <table class="kiosks">
            <thead>
              <tr>
                <th scope="col">{say.column.state}</th>
                <th scope="col">{say.column.store}</th>
                <th scope="col">{say.column.kiosk}</th>
                <th scope="col" class="number">
                  {say.column.heard}
                </th>
                <th scope="col" class="number">
                  {say.column.owed}
                </th>
                <th scope="col" class="number">
                  {say.column.clock}
                </th>
                <th scope="col">{say.column.storage}</th>
                <th scope="col">{say.column.camera}</th>
                <th scope="col">{say.column.config}</th>
                <th scope="col">{say.column.app}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.deviceId} class={`is-${row.condition}`}>
                  <th scope="row">
                    <Mark condition={row.condition} />
                    {row.state}
                    {row.also.map((says) => (
                      <small key={says}>{says}</small>
                    ))}
                  </th>
                  <td>{row.storeId}</td>
                  <td class="strong">{row.kioskId}</td>
                  <td class="number">{row.heard}</td>
                  <td class="number strong" data-metric={row.owedMetric}>
                    {row.owed}
                  </td>
                  <td class="number">{row.clock}</td>
                  <td>{row.storage}</td>
                  <td>{row.camera}</td>
                  <td class="version" title={row.config}>
                    {row.config}
                  </td>
                  <td>{row.app}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {view.rows.length > FIRST_ROWS && (
        <button type="button" class="button button-quiet" aria-expanded={all} onClick={showAll}>
          {all
            ? say.showFewer
            : say.showAll(formats.count(mayAskAll ? view.known : view.rows.length))}
        </button>
      )}
    </Card>
  );
}
