import type { ComponentChildren } from "preact";

/** Words on the ribbon sit on a sewn label. */
export function Label({
  children,
  place,
}: {
  readonly children: ComponentChildren;
  readonly place: "brand" | "card" | "notice";
}) {
  return <p class={`label label-${place}`}>{children}</p>;
}
