import { encode } from "uqr";
import { CHECK_CARD_TEXT } from "../../contract/check-card.ts";
import { code128Modules, CODE128_QUIET } from "../../domain/code128.ts";
import { EAN13_QUIET, ean13Modules } from "../../domain/ean13.ts";
import { barsPath, type Modules } from "../../domain/linear-code.ts";
import { CALIBRATION_TEXT } from "../../scanner/calibration.ts";
import { Button } from "../ui/button.tsx";
import { darkRuns } from "../ui/qr-code.tsx";
import type { TestCode } from "./test-codes.ts";
import type { LabWords } from "./words-lab.ts";

export interface CodeSheetProps {
  readonly codes: readonly TestCode[];
  readonly words: LabWords;
  readonly onPrint: () => void;
  readonly onClose: () => void;
}

/** Codes to hold before the reader: to be printed, or photographed where there is no printer. */
export function CodeSheet({ codes, words, onPrint, onClose }: CodeSheetProps) {
  return (
    <div class="codes" ref={toTop}>
      <p class="body codes-hint">{words.codesHint}</p>
      <div class="code-sheet">
        <Code name={words.codeFor.calibration} kind="qr" text={CALIBRATION_TEXT} below="QR" />
        <Code
          name={words.codeFor.calibration}
          kind="code-128"
          text={CALIBRATION_TEXT}
          below="Code 128"
        />
        <Code name={words.codeFor.check} kind="qr" text={CHECK_CARD_TEXT} below={CHECK_CARD_TEXT} />
        {codes.map((code) =>
          code.kind === "none" ? (
            <p key={code.rule} class="code-none hand">
              <strong>{code.rule}</strong> {words.noCode[code.why]}
            </p>
          ) : (
            <Code
              key={code.rule}
              name={code.rule}
              kind={code.kind}
              text={code.text}
              below={code.masked}
            />
          ),
        )}
      </div>
      <div class="staff-row lab-actions">
        <Button kind="main" onPress={onPrint}>
          {words.print}
        </Button>
        <Button onPress={onClose}>{words.closeCodes}</Button>
      </div>
    </div>
  );
}

/** The lab before it may have been scrolled. */
function toTop(sheet: HTMLElement | null): void {
  sheet?.scrollIntoView({ block: "start" });
}

interface CodeProps {
  readonly name: string;
  readonly kind: Exclude<TestCode["kind"], "none">;
  readonly text: string;
  readonly below: string;
}

function Code({ name, kind, text, below }: CodeProps) {
  return (
    <figure class={`code-figure code-${kind === "qr" ? "square" : "linear"}`}>
      <CodeDrawing kind={kind} text={text} />
      <figcaption class="hand">
        {name}
        <bdi class="code-below"> {below}</bdi>
      </figcaption>
    </figure>
  );
}

/** Ours: of a linear code's height, in modules: a hand need not aim. */
const BAR_HEIGHT = 48;

function CodeDrawing({ kind, text }: Pick<CodeProps, "kind" | "text">) {
  if (kind === "qr") {
    // Source: ISO/IEC 18004, a quiet zone of four modules.
    const { data, size } = encode(text, { ecc: "M", border: 4 });
    return <Drawing width={size} height={size} path={darkRuns(data)} />;
  }
  const { modules, left, right } = linear(kind, text);
  return (
    <Drawing
      width={left + modules.length + right}
      height={BAR_HEIGHT}
      path={barsPath(modules, BAR_HEIGHT, left)}
    />
  );
}

/** Whoever chose the kind has tried it on the text. */
function linear(
  kind: Exclude<CodeProps["kind"], "qr">,
  text: string,
): { readonly modules: Modules; readonly left: number; readonly right: number } {
  if (kind === "ean-13") return { modules: ean13Modules(text) ?? [], ...EAN13_QUIET };
  const modules = code128Modules(text, { gs1: kind === "gs1-128" }) ?? [];
  return { modules, left: CODE128_QUIET, right: CODE128_QUIET };
}

/** Dark on light, whatever the screen around it looks like. */
function Drawing(props: {
  readonly width: number;
  readonly height: number;
  readonly path: string;
}) {
  const { width, height, path } = props;
  return (
    <svg class="code-drawing" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <rect class="code-light" width={width} height={height} />
      <path class="code-dark" d={path} shape-rendering="crispEdges" />
    </svg>
  );
}
