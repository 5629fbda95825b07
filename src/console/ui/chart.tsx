import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { themeOf, type Theme } from "./theme.ts";

/** What a chart shows, for colours and a size that only the page knows. */
export interface ChartPlan {
  readonly data: uPlot.AlignedData;
  readonly options: (theme: Theme) => Omit<uPlot.Options, "width" | "height">;
}

export interface ChartProps {
  /** Drawn anew whenever it is another object. */
  readonly plan: ChartPlan;
  /** Least height in pixels; it takes what room there is. */
  readonly height: number;
  /** The bar under the pointer, or none. */
  readonly onPoint: (index: number | undefined) => void;
}

/**
 * A picture of figures that stand beside it as a table: to a screen reader it is not there. Drawn anew
 * when the figures, the width or the colours change.
 */
export function Chart({ plan, height, onPoint }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const point = useRef(onPoint);
  point.current = onPoint;

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let drawn: uPlot | undefined;
    const draw = () => {
      drawn?.destroy();
      const { clientWidth: width, clientHeight } = element;
      if (width === 0) return;
      const options = plan.options(themeOf(element));
      drawn = new uPlot(
        {
          ...options,
          width,
          height: clientHeight,
          legend: { show: false },
          cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
          hooks: {
            ...options.hooks,
            setCursor: [({ cursor }) => point.current(cursor.idx ?? undefined)],
          },
        },
        plan.data,
        element,
      );
    };
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const size = new ResizeObserver(draw);
    size.observe(element);
    dark.addEventListener("change", draw);
    // Words on a canvas do not change their letters by themselves once the font is there.
    void document.fonts.ready.then(draw);
    return () => {
      size.disconnect();
      dark.removeEventListener("change", draw);
      drawn?.destroy();
      drawn = undefined;
    };
  }, [plan]);

  return <div class="chart" ref={box} style={{ minHeight: `${height}px` }} aria-hidden="true" />;
}

/** Bars side by side with 3 px between them, each from its moment on to the next. */
export function barsPath(more: uPlot.Series.BarsPathBuilderOpts = {}): uPlot.Series.PathBuilder {
  const { bars } = uPlot.paths;
  if (bars === undefined) throw new Error("uPlot draws bars");
  return bars({ size: [1, Number.POSITIVE_INFINITY, 1], gap: 3, align: 1, ...more });
}

/** Words on a chart, in pixels of its canvas, on a label of the colour behind them. */
export function writeOn(
  { ctx }: uPlot,
  text: string,
  at: { readonly x: number; readonly y: number },
  look: {
    readonly font: string;
    readonly fill: string;
    readonly ground: string;
    readonly align?: "left" | "center" | "right";
  },
): void {
  ctx.save();
  ctx.font = look.font;
  ctx.textAlign = look.align ?? "left";
  const box = ctx.measureText(text);
  const margin = 2 * devicePixelRatio;
  ctx.fillStyle = look.ground;
  ctx.fillRect(
    at.x - box.actualBoundingBoxLeft - margin,
    at.y - box.actualBoundingBoxAscent,
    box.actualBoundingBoxLeft + box.actualBoundingBoxRight + 2 * margin,
    box.actualBoundingBoxAscent + box.actualBoundingBoxDescent,
  );
  ctx.fillStyle = look.fill;
  ctx.textBaseline = "alphabetic";
  ctx.fillText(text, at.x, at.y);
  ctx.restore();
}
