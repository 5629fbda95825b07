import { effect, signal, type ReadonlySignal } from "@preact/signals-core";
import { render } from "preact";
import stylesheet from "./demo.css?url";
import { CARD, OurCard } from "../drawings/cards.tsx";
import { ForeignCard, PaymentCard } from "../drawings/other-cards.tsx";
import { changedNames, lookUpProfile, type ProfileView } from "./profile.ts";
import { typeCard } from "./type-card.ts";

export interface DemoDeps {
  readonly isCut: ReadonlySignal<boolean>;
  readonly setCut: (cut: boolean) => void;
  /** Updates the kiosk still owes. */
  readonly depth: ReadonlySignal<number>;
}

/** Ours: often enough to watch an update arrive. */
const LOOK_EVERY_MS = 1_000;

/** The member whom the demo's Target knows. */
const MEMBER_CARD = "2912345678906";

/** Cards for somebody without a scanner; the numbers that nobody may keep are test numbers. */
const CARDS = [
  { number: MEMBER_CARD, name: "Member card", picture: "ours" },
  { number: "4111111111111111", name: "Payment card", picture: "payment" },
  { number: "4006381333931", name: "Somebody else’s", picture: "foreign" },
  { number: "2912345678907", name: "Damaged card", picture: "damaged" },
] as const;

/** Opens the demo beside the kiosk: cards to tap, a network to cut, and the profile to watch. */
export function openDemo(deps: DemoDeps): void {
  const profile = signal<ProfileView>({ type: "unreachable" });
  const changed = signal<readonly string[]>([]);
  const styles = document.createElement("link");
  styles.rel = "stylesheet";
  styles.href = stylesheet;
  document.head.append(styles);
  const panel = document.createElement("aside");
  panel.id = "demo";
  panel.setAttribute("aria-label", "Demo");
  // In English whatever the shopper chose.
  panel.lang = "en";
  panel.dir = "ltr";
  document.body.append(panel);
  document.documentElement.dataset["demo"] = "";

  async function look(): Promise<void> {
    const now = await lookUpProfile(MEMBER_CARD, (...request) => window.fetch(...request));
    const before = profile.peek();
    const names = changedNames(before, now);
    if (before.type === "known" && names.length > 0) changed.value = names;
    profile.value = now;
    setTimeout(() => void look(), LOOK_EVERY_MS);
  }

  void look();
  effect(() =>
    render(
      <DemoPanel
        isCut={deps.isCut.value}
        setCut={deps.setCut}
        owed={deps.depth.value}
        profile={profile.value}
        changed={changed.value}
      />,
      panel,
    ),
  );
}

interface DemoPanelProps {
  readonly isCut: boolean;
  readonly setCut: (cut: boolean) => void;
  readonly owed: number;
  readonly profile: ProfileView;
  readonly changed: readonly string[];
}

function DemoPanel({ isCut, setCut, owed, profile, changed }: DemoPanelProps) {
  return (
    <div class="demo-inside" onMouseDown={(event) => event.preventDefault()}>
      <section>
        <h2>Tap a card to scan it</h2>
        <div class="demo-cards">
          {CARDS.map(({ number, name, picture }) => (
            <button
              key={number}
              type="button"
              class="demo-card"
              onClick={() => typeCard(number, document)}
            >
              <DemoCard picture={picture} />
              {name}
            </button>
          ))}
        </div>
      </section>
      <section class="demo-network">
        <button
          type="button"
          role="switch"
          class="demo-switch"
          aria-checked={!isCut}
          onClick={() => setCut(!isCut)}
        >
          <span>Network</span>
          <span class="demo-state">{isCut ? "cut" : "on"}</span>
        </button>
        <p>
          {owed === 0
            ? "Nothing waits on this kiosk."
            : `${owed} ${owed === 1 ? "update waits" : "updates wait"} on this kiosk.`}
        </p>
      </section>
      <section class="demo-profile">
        <h2>In Adobe Target</h2>
        <p class="demo-id">mbox3rdPartyId {MEMBER_CARD}</p>
        <Profile view={profile} changed={changed} />
      </section>
    </div>
  );
}

function Profile(props: { readonly view: ProfileView; readonly changed: readonly string[] }) {
  const { view, changed } = props;
  switch (view.type) {
    case "unknown":
      return <p>Target doesn’t know this visitor.</p>;
    case "unreachable":
      return <p>Waiting for the demo’s server.</p>;
    case "known":
      return (
        <dl>
          {[...view.attributes].map(([name, value]) => (
            <div key={`${name} ${value}`} class={changed.includes(name) ? "changed" : ""}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      );
  }
}

function DemoCard({ picture }: { readonly picture: (typeof CARDS)[number]["picture"] }) {
  return (
    <svg viewBox={`-6 -6 ${CARD.width + 12} ${CARD.height + 12}`} aria-hidden="true">
      {picture === "payment" && <PaymentCard />}
      {picture === "foreign" && <ForeignCard />}
      {(picture === "ours" || picture === "damaged") && <OurCard brand="" />}
      {picture === "damaged" && <path class="crack" d="M170 -10L230 130L160 210L250 410" />}
    </svg>
  );
}
