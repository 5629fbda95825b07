import type { Language } from "../../contract/language.ts";
import { CALIBRATION_SCANS } from "../../scanner/calibration.ts";
import { Button } from "../ui/button.tsx";
import { CodeSheet } from "./code-sheet.tsx";
import { factsOf, limitTextOf } from "./lab-facts.ts";
import { KeyGaps } from "./key-gaps.tsx";
import type { CalibrationView, LabView, ScannerLab } from "./open-scanner-lab.ts";
import type { Verdict } from "./reading.ts";
import type { TestCode } from "./test-codes.ts";
import { LAB_WORDS, type LabWords } from "./words-lab.ts";

export interface LabPanelProps {
  readonly lab: ScannerLab;
  readonly view: LabView;
  readonly codes: readonly TestCode[];
  readonly language: Language;
}

/** The scanner lab: what a reader does, key by key, and what to set right. */
export function LabPanel({ lab, view, codes, language }: LabPanelProps) {
  const words = LAB_WORDS[language];
  if (view.showsCodes) {
    return (
      <CodeSheet {...{ codes, words }} onPrint={lab.print} onClose={() => lab.showCodes(false)} />
    );
  }
  return (
    <div class="lab">
      <div role="status">
        <h2 class="near lab-verdict">{titleFor(view, words)}</h2>
        {adviceFor(view, words).map((line) => (
          <p key={line} class="body">
            {line}
          </p>
        ))}
      </div>
      <KeyGaps
        trace={view.trace}
        settings={view.settings}
        label={words.gaps}
        limit={limitTextOf(view, words)}
      />
      {view.calibration.step === "showing" ? (
        <Button kind="main" onPress={lab.stopCalibrating}>
          {words.stop}
        </Button>
      ) : (
        <>
          <Actions lab={lab} view={view} words={words} />
          <div class="lab-told">
            <Facts view={view} words={words} />
            <OtherReaders lab={lab} view={view} words={words} />
          </div>
        </>
      )}
    </div>
  );
}

function Facts({ view, words }: Pick<LabPanelProps, "view"> & { readonly words: LabWords }) {
  return (
    <dl class="facts">
      {factsOf(view, words).map(({ id, value }) => (
        <div key={id} class="fact" data-fact={id}>
          <dt>{words.facts[id]}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What a person may have read from now on that is no keyboard. */
function OtherReaders({
  lab,
  view,
  words,
}: Pick<LabPanelProps, "lab" | "view"> & { readonly words: LabWords }) {
  if (view.kinds.length === 0) return null;
  return (
    <>
      <h2 class="near">{words.otherReaders}</h2>
      <p class="body" role="status">
        {view.grant === undefined ? words.grantHint : words.grants[view.grant]}
      </p>
      <div class="staff-row lab-actions">
        {view.kinds.map((kind) => (
          <Button key={kind} onPress={() => lab.grant(kind)}>
            {words.grant[kind]}
          </Button>
        ))}
      </div>
    </>
  );
}

function Actions({
  lab,
  view,
  words,
}: Pick<LabPanelProps, "lab" | "view"> & { readonly words: LabWords }) {
  return (
    <div class="staff-row lab-actions">
      <Button kind="main" onPress={lab.calibrate}>
        {words.calibrate}
      </Button>
      <Button onPress={() => lab.showCodes(true)}>{words.codes}</Button>
      {view.learntGapMs !== undefined && <Button onPress={lab.forget}>{words.forget}</Button>}
    </div>
  );
}

function titleFor({ calibration, verdict }: LabView, words: LabWords): string {
  switch (calibration.step) {
    case "showing":
      return calibration.trouble === undefined
        ? words.showCode(CALIBRATION_SCANS - calibration.scans)
        : words.calibrationTroubles[calibration.trouble].title;
    case "learnt":
      return verdict.type === "waiting" ? words.learnt : words.verdicts[verdict.type];
    case "off":
      return words.verdicts[verdict.type];
  }
}

function adviceFor(view: LabView, words: LabWords): readonly string[] {
  const { calibration, verdict, isUnkept } = view;
  const unkept = isUnkept ? [words.unkept] : [];
  if (calibration.step === "showing") return [calibrationAdvice(calibration, words), ...unkept];
  if (calibration.step === "learnt" && verdict.type === "waiting") {
    return [words.layouts[calibration.calibration.layout], ...unkept];
  }
  return [...verdictAdvice(verdict, words), ...unkept];
}

function calibrationAdvice(
  { trouble }: Extract<CalibrationView, { step: "showing" }>,
  words: LabWords,
): string {
  return trouble === undefined ? words.showCodeHint : words.calibrationTroubles[trouble].text;
}

function verdictAdvice(verdict: Verdict, words: LabWords): readonly string[] {
  switch (verdict.type) {
    case "waiting":
      return [words.waitingHint];
    case "well":
      return [];
    case "noted":
      return verdict.notes.map((note) => words.notes[note]);
    case "no-card":
      return [words.refusals[verdict.why]];
    case "not-read":
      return [words.rejections[verdict.why]];
  }
}
