import { signal } from "@preact/signals-core";
import type { KioskHealth } from "../../contract/kiosk-health.ts";
import { TickIcon } from "../ui/icons.tsx";
import { factsOf, type Fact } from "./facts.ts";
import type { OpenPanel, StaffDesk } from "./staff-desk.ts";
import { STAFF_WORDS } from "./staff-vocabulary.ts";
import type { StaffWords } from "./staff-words.ts";
import { AttentionIcon } from "./staff-icons.tsx";

/** Ours: often enough for whoever waits for a cable to take effect. */
const LOOK_EVERY_MS = 3_000;

interface Looked {
  readonly health: KioskHealth;
  readonly isPersisted: boolean;
}

/** How this kiosk stands: each thing with a tick, or with a sign that somebody is to look at it. */
export function openStatusPanel(desk: StaffDesk): OpenPanel {
  const { backOffice, device, clock, nowMs } = desk;
  const looked = signal<Looked | undefined>(undefined);

  const look = (): void => {
    Promise.all([backOffice.health(), navigator.storage.persisted()]).then(
      ([health, isPersisted]) => (looked.value = { health, isPersisted }),
      desk.onError,
    );
  };
  look();

  return {
    view(language) {
      const words = STAFF_WORDS[language];
      if (looked.value === undefined) return <p class="body">{words.looking}</p>;
      const { contact, name, appVersion, isDown } = backOffice;
      const facts = factsOf(
        {
          ...looked.value,
          name,
          device,
          appVersion,
          isDown: isDown.value,
          contact: contact.value && {
            ageMs: nowMs.value - contact.value.atMs,
            offsetMs: contact.value.offsetMs,
          },
          wallMs: clock.wallMs(),
        },
        words,
        language,
      );
      return <Facts facts={facts} words={words} />;
    },
    close: desk.every(look, LOOK_EVERY_MS),
  };
}

function Facts({ facts, words }: { readonly facts: readonly Fact[]; readonly words: StaffWords }) {
  const open = facts.filter(({ isWell }) => !isWell).length;
  return (
    <>
      <p class="body" role="status">
        {open === 0 ? words.allIsWell : words.toLookAt(open)}
      </p>
      <dl class="facts">
        {facts.map(({ id, value, isWell }) => (
          <div key={id} class={isWell ? "fact" : "fact fact-open"} data-fact={id}>
            <dt>{words.facts[id]}</dt>
            <dd>
              <bdi>{value}</bdi>
              {isWell ? <TickIcon /> : <AttentionIcon label={words.lookAtThis} />}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
