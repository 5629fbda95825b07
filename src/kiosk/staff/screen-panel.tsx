import { computed, signal } from "@preact/signals-core";
import type { Sound } from "../sounds.ts";
import { Button } from "../ui/button.tsx";
import { Cleaning } from "./cleaning.tsx";
import { ScreenTest, TEST_FIELDS } from "./screen-test.tsx";
import type { OpenPanel, StaffDesk } from "./staff-desk.ts";
import { STAFF_WORDS } from "./staff-vocabulary.ts";

/** Ours: long enough to wipe a screen of a metre. */
const USUAL_CLEANING_SECONDS = 30;

/** Ours: as loud as somebody who speaks to one person in a shop; as the kiosk has it where nothing is said. */
const USUAL_VOLUME = 50;

const SOUNDS: readonly Sound[] = ["read", "success", "duplicate", "problem", "idle"];

/** Whether the screen shows and feels everywhere, whether it is heard, and how to wipe it. */
export function openScreenPanel(desk: StaffDesk): OpenPanel {
  const { clock, nowMs, log } = desk;
  /** Fields that were touched; nothing while the test is not on. */
  const touched = signal<ReadonlySet<number> | undefined>(undefined);
  const cleanUntilMs = signal(0);
  const cleanSeconds = computed(() =>
    Math.max(0, Math.ceil((cleanUntilMs.value - nowMs.value) / 1_000)),
  );
  const isTested = signal(false);

  function clean(): void {
    const { cleaningSeconds = USUAL_CLEANING_SECONDS } = desk.config.peek().staff ?? {};
    const ms = cleaningSeconds * 1_000;
    cleanUntilMs.value = clock.monoMs() + ms;
    // Whoever wiped it has time for something else.
    desk.stay(2 * ms);
    log.add({ type: "cleaned" });
  }

  function touch(field: number): void {
    touched.value = new Set([...(touched.peek() ?? []), field]);
    if (touched.peek()?.size === TEST_FIELDS) {
      isTested.value = true;
      touched.value = undefined;
    }
  }

  return {
    view(language) {
      const words = STAFF_WORDS[language];
      const volume = desk.config.value.sounds?.volume ?? USUAL_VOLUME;
      return (
        <div class="staff-blocks">
          <section class="staff-block">
            <h2 class="near">{words.screenTest}</h2>
            <p class="body" role="status">
              {isTested.value ? words.screenTested : words.screenTestHint}
            </p>
            <Button onPress={() => (touched.value = new Set<number>())}>
              {words.screenTestStart}
            </Button>
          </section>
          <section class="staff-block">
            <h2 class="near">{words.soundTest}</h2>
            <p class="body">{volume === 0 ? words.soundOff : words.soundTestHint(volume)}</p>
            <div class="staff-row">
              {SOUNDS.map((sound) => (
                <Button key={sound} waiting={volume === 0} onPress={() => desk.sounds.play(sound)}>
                  {words.sounds[sound]}
                </Button>
              ))}
            </div>
          </section>
          <section class="staff-block">
            <h2 class="near">{words.cleaning}</h2>
            <p class="body">{words.cleaningHint}</p>
            <Button onPress={clean}>{words.cleaningStart}</Button>
          </section>
          {touched.value !== undefined && (
            <ScreenTest
              touched={touched.value}
              words={words}
              onTouch={touch}
              onLeave={() => (touched.value = undefined)}
            />
          )}
          {cleanSeconds.value > 0 && <Cleaning seconds={cleanSeconds.value} words={words} />}
        </div>
      );
    },
  };
}
