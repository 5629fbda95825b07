import { useMemo } from "preact/hooks";
import type { Outcomes } from "../../contract/admin.ts";
import { Card, Empty } from "../ui/card.tsx";
import type { Saying } from "../views/saying.ts";
import { shareView } from "../views/share.ts";

export interface ScansProps {
  readonly saying: Saying;
  readonly scans: Outcomes;
}

/** The first number. */
export function Scans({ saying, scans }: ScansProps) {
  const view = useMemo(() => shareView(scans, saying), [scans, saying]);
  const { words } = saying;
  return (
    <Card id="scans" title={words.scans.title} class="wide">
      {view.isEmpty ? (
        <Empty>
          <p class="empty-title">{words.scans.empty}</p>
          <p>
            {words.scans.emptyNext} <code>{words.scans.pairCommand}</code>
          </p>
        </Empty>
      ) : (
        <div class="share">
          <p class="share-first">
            <strong>{view.applied}</strong> <span>{view.whole}</span>
          </p>
          <div class="share-bar" aria-hidden="true">
            {view.parts
              .filter(({ fraction }) => fraction > 0)
              .map(({ fate, fraction }) => (
                <i key={fate} class={`fate-${fate}`} style={{ flexGrow: String(fraction) }} />
              ))}
          </div>
          <dl class="share-parts">
            {view.parts.map(({ fate, name, meaning, scans: number, share }) => (
              <div key={fate} class={`share-part fate-${fate}`}>
                <dt>
                  <i class="swatch" aria-hidden="true" />
                  {name}
                </dt>
                <dd>
                  <strong data-metric={`tarjeta_scans_7d{fate="${fate}"}`}>{number}</strong>{" "}
                  <span>{share}</span>
                </dd>
                <dd class="meaning">{meaning}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </Card>
  );
}
