import { openScannerPanel } from "../scanner-lab/scanner-panel.tsx";
import { LAB_WORDS } from "../scanner-lab/words-lab.ts";
import { openKioskPanel } from "./kiosk-panel.tsx";
import { openLogPanel } from "./log-panel.tsx";
import { openQueuePanel } from "./queue-panel.tsx";
import { openScreenPanel } from "./screen-panel.tsx";
import type { Panel } from "./staff-desk.ts";
import { STAFF_WORDS } from "./staff-vocabulary.ts";
import { openStatusPanel } from "./status-panel.tsx";

/** The staff's tabs, in their order; the first is shown when the PIN was right. */
export const PANELS: readonly Panel[] = [
  { id: "status", label: (language) => STAFF_WORDS[language].status, open: openStatusPanel },
  { id: "queue", label: (language) => STAFF_WORDS[language].queue, open: openQueuePanel },
  { id: "scanner", label: (language) => LAB_WORDS[language].tab, open: openScannerPanel },
  { id: "screen", label: (language) => STAFF_WORDS[language].screen, open: openScreenPanel },
  { id: "log", label: (language) => STAFF_WORDS[language].log, open: openLogPanel },
  { id: "kiosk", label: (language) => STAFF_WORDS[language].kiosk, open: openKioskPanel },
];
