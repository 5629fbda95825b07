import { ATTRACT_BARS, HEADER_BARS, WOVEN, type RibbonBar } from "./ribbon-bars.ts";

/** What the ribbon does; every state of the visit is one of these. */
export type RibbonPose =
  | { readonly type: "tapestry" }
  | { readonly type: "header" }
  | { readonly type: "fallen" }
  | { readonly type: "short" }
  | { readonly type: "parted" }
  | { readonly type: "hollow" }
  | { readonly type: "resting" }
  | { readonly type: "woven"; readonly digits: number; readonly length: number };

/** The same bars in every state, so that they move from one to the next. Says nothing to nobody. */
export function Ribbon({ pose }: { readonly pose: RibbonPose }) {
  const bars = pose.type === "tapestry" ? ATTRACT_BARS : HEADER_BARS;
  let start = 0;
  return (
    <div class={`ribbon ribbon-${pose.type}`} aria-hidden="true">
      {bars.map((bar, index) => {
        const left = start;
        start += bar.width;
        return (
          <i
            key={index}
            class={`bar yarn-${bar.yarn}${bar.guard ? " guard" : ""}`}
            style={barStyle(bar, left, index, pose.type)}
          />
        );
      })}
      {pose.type === "woven" && <Weft digits={pose.digits} length={pose.length} />}
    </div>
  );
}

function barStyle(bar: RibbonBar, left: number, index: number, pose: RibbonPose["type"]) {
  const middle = left + bar.width / 2;
  return {
    "--left": left,
    "--width": bar.width,
    "--index": index,
    "--fall": bar.fall,
    "--lean": pose === "parted" ? lean(middle) : 0,
  };
}

/** How far a bar at this place leans away from the gap, in degrees; the edges hang straight. */
function lean(middle: number): number {
  const gap = 55;
  const left = middle < gap;
  const nearness = left ? middle / gap : (90 - middle) / (90 - gap);
  return Math.round((left ? 1 : -1) * 26 * Math.max(0, nearness - 0.12) ** 1.25 * 10) / 10;
}

/** Bare warp threads, and over them one bar per digit typed. */
function Weft({ digits, length }: { readonly digits: number; readonly length: number }) {
  const cells = Array.from({ length }, (_, index) => WOVEN[index % WOVEN.length] ?? WOVEN[0]);
  return (
    <div class="weft">
      {cells.map((cell, index) => (
        <i
          key={index}
          class={`cell yarn-${cell?.yarn ?? "v"}${index < digits ? " woven" : ""}`}
          style={{ "--width": cell?.width ?? 6 }}
        />
      ))}
    </div>
  );
}
