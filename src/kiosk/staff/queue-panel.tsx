import { signal } from "@preact/signals-core";
import { createSaving } from "../saving.ts";
import { Button } from "../ui/button.tsx";
import { ageText } from "./ages.ts";
import { createSending, type SendView } from "./sending.ts";
import type { OpenPanel, StaffDesk } from "./staff-desk.ts";
import { STAFF_WORDS } from "./staff-vocabulary.ts";
import type { StaffWords } from "./staff-words.ts";

/** Ours: the age of the oldest is told in minutes. */
const LOOK_EVERY_MS = 3_000;

/** What this kiosk owes: how much, since when, sent now with its result, or taken along sealed. */
export function openQueuePanel(desk: StaffDesk): OpenPanel {
  const { backOffice, device, log, every, onError } = desk;
  const oldestMs = signal<number | undefined>(undefined);
  const saved = signal<number | undefined>(undefined);
  const sending = createSending({
    backOffice,
    every,
    onSent: (count) => log.add({ type: "sent", count }),
  });
  const saveAll = createSaving(backOffice.saving);

  const look = (): void => {
    backOffice.health().then((health) => (oldestMs.value = health.oldestOwedMs), onError);
  };
  look();
  const stopLooking = every(look, LOOK_EVERY_MS);

  function save(): void {
    saveAll(device).then((count) => {
      saved.value = count;
      log.add({ type: "saved", count });
    }, onError);
  }

  return {
    view(language) {
      const words = STAFF_WORDS[language];
      const owed = backOffice.depth.value;
      const { type } = sending.view.value;
      return (
        <div class="staff-blocks staff-halves">
          <section class="staff-block">
            <p class="owed">
              <span class="owed-count">{owed}</span> <span class="near">{words.owed(owed)}</span>
            </p>
            {owed > 0 && oldestMs.value !== undefined && (
              <p class="body">{words.oldest(ageText(oldestMs.value, language))}</p>
            )}
            <p class="body">{words.owedHint}</p>
          </section>
          <section class="staff-block">
            <Button kind="main" waiting={owed === 0 || type === "sending"} onPress={sending.send}>
              {owed === 0 ? words.nothingOwed : type === "sending" ? words.sending : words.sendNow}
            </Button>
            <p class="body strong" role="status">
              {resultOf(sending.view.value, owed, words)}
            </p>
            <Button waiting={owed === 0} onPress={save}>
              {words.save}
            </Button>
            <p class="hand" role="status">
              {saved.value === undefined ? words.saveHint : words.saved(saved.value)}
            </p>
          </section>
        </div>
      );
    },
    close() {
      stopLooking();
      sending.close();
    },
  };
}

function resultOf(view: SendView, owed: number, words: StaffWords): string {
  switch (view.type) {
    case "idle":
    case "sending":
      return "";
    case "sent":
      return words.sent(view.count);
    case "held":
      return owed === 0 ? words.nothingOwed : words.held;
    case "slow":
      return words.slow;
    case "trouble": {
      const trouble = words.sendTroubles[view.trouble];
      return view.count === 0 ? trouble : `${words.sent(view.count)} ${trouble}`;
    }
  }
}
