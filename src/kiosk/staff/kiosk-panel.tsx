import { signal } from "@preact/signals-core";
import { Button } from "../ui/button.tsx";
import type { OpenPanel, StaffDesk } from "./staff-desk.ts";
import { STAFF_WORDS } from "./staff-vocabulary.ts";

/** Out of service and back, begun anew, or taken away; what cannot be undone is asked about first. */
export function openKioskPanel(desk: StaffDesk): OpenPanel {
  const { log, isClosed, setClosed } = desk;
  const isAsked = signal(false);
  /** It holds for this page's life only. */
  const isForNow = signal(false);

  function restart(): void {
    log.add({ type: "restarted" });
    location.reload();
  }

  return {
    view(language) {
      const words = STAFF_WORDS[language];
      return (
        <div class="staff-blocks">
          <section class="staff-block">
            <h2 class="near">{words.service}</h2>
            <p class="body" role="status">
              {isClosed.value ? words.isClosed : words.isInService}{" "}
              {isForNow.value && words.untilRestart}
            </p>
            <Button onPress={() => (isForNow.value = !setClosed(!isClosed.peek()))}>
              {isClosed.value ? words.backInService : words.outOfService}
            </Button>
          </section>
          <section class="staff-block">
            <h2 class="near">{words.restart}</h2>
            <p class="body">{words.restartHint}</p>
            {isAsked.value ? (
              <div class="staff-row">
                <Button onPress={() => (isAsked.value = false)}>{words.no}</Button>
                <Button onPress={restart}>{words.restartNow}</Button>
              </div>
            ) : (
              <Button onPress={() => (isAsked.value = true)}>{words.restart}</Button>
            )}
          </section>
          <section class="staff-block">
            <h2 class="near">{words.unpair}</h2>
            <p class="body">{words.unpairHint}</p>
            {/* A page of its own, which asks, and lets go only of a kiosk that owes nothing (rule PR3). */}
            <Button onPress={() => location.replace("/?unpair")}>{words.unpair}</Button>
          </section>
        </div>
      );
    },
  };
}
