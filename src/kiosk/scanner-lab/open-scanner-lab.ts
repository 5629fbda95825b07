import { computed, signal, type ReadonlySignal } from "@preact/signals-core";
import type { KioskConfig } from "../../contract/kiosk-config.ts";
import type { KeptStore } from "../../outbox/kept-store.ts";
import { BETWEEN_SCANS_MS, type Calibration } from "../../scanner/calibration.ts";
import { grantHid, grantSerial, type Grant } from "../../scanner/grant-reader.ts";
import type { Hid } from "../../scanner/hid-device.ts";
import type { KeyboardWedge } from "../../scanner/keyboard-wedge.ts";
import type { ScannerEvent } from "../../scanner/scanner.ts";
import type { Serial } from "../../scanner/serial-port.ts";
import type { WedgeKey } from "../../scanner/wedge-key.ts";
import { DEFAULT_WEDGE_SETTINGS, type WedgeSettings } from "../../scanner/wedge-settings.ts";
import { forgetWays, keepWays, readWays } from "../wedge-ways.ts";
import { FIRST, keyShown, OFF, silent, type Calibrating } from "./calibrating.ts";
import { NO_KEYS, stepTrace, type KeyTrace } from "./key-trace.ts";
import { readingOf, verdictOf, type Reading, type Verdict } from "./reading.ts";

/** Readers that a person may grant. */
export type GrantedKind = "hid" | "serial";

/** As much of the browser as grants readers. */
export interface ReaderApis {
  readonly hid?: Hid;
  readonly serial?: Serial;
}

export interface ScannerLabDeps {
  readonly config: ReadonlySignal<Pick<KioskConfig, "cardRules">>;
  readonly scanner: KeyboardWedge;
  /**
   * Tells what every reader does, until the returned function is called; nothing else may be made of it
   * meanwhile (rule SL2).
   */
  readonly listen: (listener: (event: ScannerEvent) => void) => () => void;
  readonly kept: KeptStore;
  readonly navigator: ReaderApis;
  readonly setTimeout: (run: () => void, delayMs: number) => number;
  readonly clearTimeout: (timer: number | undefined) => void;
  /** Nothing is to have the focus: a scanner's keys would press it. */
  readonly blur: () => void;
  /** Somebody is there. */
  readonly stay: () => void;
  readonly print: () => void;
  readonly onError: (error: unknown) => void;
}

export interface LabView {
  readonly trace: KeyTrace;
  readonly reading: Reading | undefined;
  readonly verdict: Verdict;
  /** How keys are read at present. */
  readonly settings: WedgeSettings;
  /** Milliseconds between two keys, as they were learnt; nothing where nothing was. */
  readonly learntGapMs: number | undefined;
  readonly calibration: CalibrationView;
  /** Kinds of readers that this browser can be asked for. */
  readonly kinds: readonly GrantedKind[];
  readonly grant: Grant | undefined;
  readonly showsCodes: boolean;
  /** What was learnt or forgotten could not be kept: it holds until the next start. */
  readonly isUnkept: boolean;
}

export type CalibrationView =
  | { readonly step: "off" }
  | { readonly step: "showing"; readonly scans: number; readonly trouble?: "other-text" | "unlike" }
  | { readonly step: "learnt"; readonly calibration: Calibration };

export interface ScannerLab {
  readonly view: ReadonlySignal<LabView>;
  /** From now on the test code is to be shown, and every key is a scanner's; Escape ends it. */
  readonly calibrate: () => void;
  readonly stopCalibrating: () => void;
  /** Reads as a scanner is read that nobody calibrated. */
  readonly forget: () => void;
  /** Only where a person just pressed something. */
  readonly grant: (kind: GrantedKind) => void;
  readonly showCodes: (isShown: boolean) => void;
  readonly print: () => void;
  /** Whatever was shown is forgotten. */
  readonly close: () => void;
}

/** Ours: whoever fetches the test codes is back by then; keys are not taken from people for longer. */
const CALIBRATES_AT_MOST_MS = 120_000;

/** Says how the readers read. Nothing of it is recorded, and no number drawn or kept (rules SL2, SL3). */
export function openScannerLab(deps: ScannerLabDeps): ScannerLab {
  const { config, scanner, kept, navigator, onError } = deps;
  const trace = signal(NO_KEYS);
  const reading = signal<Reading | undefined>(undefined);
  const isOver = signal(false);
  const calibrating = signal<Calibrating>(OFF);
  const settings = signal(scanner.settings());
  const learntGapMs = signal<number | undefined>(undefined);
  const grant = signal<Grant | undefined>(undefined);
  const showsCodes = signal(false);
  const isUnkept = signal(false);
  let silence: number | undefined;
  let patience: number | undefined;
  let isClosed = false;

  readWays(kept).then((ways) => {
    learntGapMs.value ??= ways?.medianGapMs;
  }, onError);

  /** True: nobody else reads this key. */
  function see(key: WedgeKey): boolean {
    deps.clearTimeout(silence);
    silence = deps.setTimeout(onSilence, BETWEEN_SCANS_MS);
    const now = calibrating.peek();
    if (now.step === "showing") {
      deps.stay();
      if (key.key === "Escape") stopCalibrating();
      else calibrating.value = keyShown(now, key);
      show(key);
      return true;
    }
    show(key);
    return false;
  }

  function show(key: WedgeKey): void {
    const before = trace.peek();
    const after = stepTrace(before, key);
    if (after === before) return;
    // Not one more key of the same scan: the last reading is no longer what is shown.
    if (after.atMs.length <= 1) reading.value = undefined;
    isOver.value = false;
    trace.value = after;
  }

  function onSilence(): void {
    isOver.value = true;
    const now = calibrating.peek();
    if (now.step !== "showing") return;
    const next = silent(now);
    calibrating.value = next;
    if (next.step === "learnt") learn(next.calibration);
  }

  function learn({ settings: learnt, medianGapMs }: Calibration): void {
    deps.clearTimeout(patience);
    // What was shown was for learning; the next scan is to be judged.
    forgetShown();
    use(learnt);
    learntGapMs.value = medianGapMs;
    remember(keepWays(kept, { settings: learnt, medianGapMs }));
  }

  function use(next: WedgeSettings): void {
    scanner.learn(next);
    settings.value = next;
  }

  function remember(keeping: Promise<void>): void {
    isUnkept.value = false;
    keeping.catch((error: unknown) => {
      isUnkept.value = true;
      onError(error);
    });
  }

  function stopCalibrating(): void {
    if (calibrating.peek().step === "showing") forgetShown();
    deps.clearTimeout(patience);
    calibrating.value = OFF;
  }

  const stopListening = deps.listen((event) => {
    const read = readingOf(event, config.peek().cardRules);
    // A reader that types is seen by its keys; what they were like is no other reader's.
    if (read.type === "read" && read.source !== "wedge") trace.value = NO_KEYS;
    reading.value = read;
  });
  scanner.watch(see);

  return {
    view: computed(() => ({
      trace: trace.value,
      reading: reading.value,
      verdict: verdictOf(reading.value, trace.value, settings.value, isOver.value),
      settings: settings.value,
      learntGapMs: learntGapMs.value,
      calibration: calibrationView(calibrating.value),
      kinds: KINDS.filter((kind) => navigator[kind] !== undefined),
      grant: grant.value,
      showsCodes: showsCodes.value,
      isUnkept: isUnkept.value,
    })),

    calibrate() {
      deps.blur();
      forgetShown();
      calibrating.value = FIRST;
      deps.clearTimeout(patience);
      patience = deps.setTimeout(stopCalibrating, CALIBRATES_AT_MOST_MS);
    },

    stopCalibrating,

    forget() {
      stopCalibrating();
      use(DEFAULT_WEDGE_SETTINGS);
      learntGapMs.value = undefined;
      remember(forgetWays(kept));
    },

    grant(kind) {
      grant.value = undefined;
      granting(navigator, kind).then((granted) => {
        if (!isClosed) grant.value = granted;
      }, onError);
    },

    showCodes: (isShown) => void (showsCodes.value = isShown),
    print: deps.print,

    close() {
      isClosed = true;
      scanner.watch(undefined);
      stopListening();
      stopCalibrating();
      deps.clearTimeout(silence);
      forgetShown();
    },
  };

  function forgetShown(): void {
    trace.value = NO_KEYS;
    reading.value = undefined;
    isOver.value = false;
  }
}

const KINDS: readonly GrantedKind[] = ["hid", "serial"];

async function granting({ hid, serial }: ReaderApis, kind: GrantedKind): Promise<Grant> {
  if (kind === "hid") return hid === undefined ? "forbidden" : grantHid(hid);
  return serial === undefined ? "forbidden" : grantSerial(serial);
}

/** Without the keys. */
function calibrationView(calibrating: Calibrating): CalibrationView {
  if (calibrating.step !== "showing") return calibrating;
  const { scans, trouble } = calibrating;
  return { step: "showing", scans, ...(trouble !== undefined && { trouble }) };
}
