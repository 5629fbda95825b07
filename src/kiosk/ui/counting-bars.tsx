import { WOVEN } from "./ribbon-bars.ts";

/** Bars that count: one falls a second. Says nothing to nobody; the number beside it speaks. */
export function CountingBars({ left, of }: { readonly left: number; readonly of: number }) {
  return (
    <div class="counting-bars" aria-hidden="true">
      {Array.from({ length: of }, (_, index) => (
        <i
          key={index}
          class={`count yarn-${WOVEN[index % WOVEN.length]?.yarn ?? "v"}${index < left ? "" : " fallen"}`}
        />
      ))}
    </div>
  );
}
