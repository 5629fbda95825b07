import type { ComponentChildren } from "preact";
import type { Row } from "../views/saying.ts";

export interface CardProps {
  /** Where the page's list of contents leads. */
  readonly id: string;
  readonly title: string;
  /** Beside the title, at the end of its line. */
  readonly aside?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** One sheet of the page, with a heading of its own. */
export function Card({ id, title, aside, class: name = "", children }: CardProps) {
  return (
    <section class={`card ${name}`} id={id} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <header class="card-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside !== undefined && <div class="card-aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** Bare warp threads, and what to do next. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return (
    <div class="empty">
      <div class="warp" aria-hidden="true">
        {Array.from({ length: 24 }, (_, index) => (
          <i key={index} />
        ))}
      </div>
      <div class="empty-words">{children}</div>
    </div>
  );
}

/** Names and figures, one a line. */
export function Rows({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <dl class="rows">
      {rows.map(({ name, value, metric }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-metric={metric}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
