import { effect } from "@preact/signals-core";
import type { VisitSession } from "../visit-session.ts";
import type { BackOffice } from "./back-office.ts";
import type { StaffLog } from "./staff-log.ts";

export interface RecordHappeningsDeps {
  readonly log: StaffLog;
  readonly session: Pick<VisitSession, "screen" | "config">;
  readonly backOffice: Pick<BackOffice, "isDown" | "broke">;
}

/** Writes down what happens to this kiosk by itself, for as long as the page lives. */
export function recordHappenings({ log, session, backOffice }: RecordHappeningsDeps): void {
  const { isDown, broke } = backOffice;
  log.add({ type: "started" });

  let wasDown = isDown.peek();
  effect(() => {
    if (isDown.value === wasDown) return;
    wasDown = isDown.value;
    log.add({ type: wasDown ? "link-down" : "link-up" });
  });

  let { version } = session.config.peek();
  effect(() => {
    if (session.config.value.version === version) return;
    ({ version } = session.config.value);
    log.add({ type: "config", version });
  });

  let last = session.screen.peek();
  effect(() => {
    const screen = session.screen.value;
    if (screen === last) return;
    last = screen;
    if (screen.state === "refused") log.add({ type: "refused", reason: screen.reason });
    if (screen.state === "out-of-service" && screen.reason !== "closed") {
      log.add({ type: "storage", reason: screen.reason });
    }
  });

  effect(() => {
    if (broke.value > 0) log.add({ type: "broke" });
  });
}
