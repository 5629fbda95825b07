import { computed } from "@preact/signals-core";
import type { OpenPanel, StaffDesk } from "../staff/staff-desk.ts";
import { LabPanel } from "./lab-panel.tsx";
import { openScannerLab, type ReaderApis } from "./open-scanner-lab.ts";
import { testCodesOf } from "./test-codes.ts";

/** The scanner lab, behind the staff's door. */
export function openScannerPanel(desk: StaffDesk): OpenPanel {
  const { config, backOffice, listen, stay, onError } = desk;
  const browser: Navigator & ReaderApis = navigator;
  const lab = openScannerLab({
    config,
    scanner: backOffice.scanner,
    listen,
    kept: backOffice.saving.kept,
    navigator: browser,
    setTimeout: (run, delayMs) => window.setTimeout(run, delayMs),
    clearTimeout: (timer) => window.clearTimeout(timer),
    blur: () => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
    stay: () => stay(),
    print: () => window.print(),
    onError,
  });
  const codes = computed(() => testCodesOf(config.value.cardRules));
  return {
    view: (language) => (
      <LabPanel lab={lab} view={lab.view.value} codes={codes.value} language={language} />
    ),
    close: lab.close,
  };
}
