import type { ComponentChild } from "preact";
import type { Language } from "../../contract/language.ts";
import { LabPanel } from "./lab-panel.tsx";
import { openScannerLab, type ScannerLabDeps } from "./open-scanner-lab.ts";
import { testCodesOf } from "./test-codes.ts";

/** The lab as a panel: drawn again whenever a signal changes that `view` reads, until it is closed. */
export interface ScannerPanel {
  readonly view: (language: Language) => ComponentChild;
  readonly close: () => void;
}

export function openScannerPanel(deps: ScannerLabDeps): ScannerPanel {
  const lab = openScannerLab(deps);
  return {
    view: (language) => (
      <LabPanel
        lab={lab}
        view={lab.view.value}
        codes={testCodesOf(deps.config.value)}
        language={language}
      />
    ),
    close: lab.close,
  };
}
