import type { SessionAnswer } from "../contract/admin.ts";
import type { Allowance } from "../contract/allowance.ts";
import type { KioskState } from "../contract/kiosk-state.ts";
import type { Overview } from "../contract/overview.ts";
import type { Desk, Freshness, Who } from "./desk.ts";
import { offersFor } from "./offers.ts";
import { Calls, AllowanceCard } from "./sections/calls.tsx";
import { Forwarding } from "./sections/forwarding.tsx";
import { HelpCalls } from "./sections/help-calls.tsx";
import { Incidents } from "./sections/incidents.tsx";
import { Kiosks } from "./sections/kiosks.tsx";
import { OutcomesOverTime } from "./sections/outcomes.tsx";
import { Refused } from "./sections/refused.tsx";
import { Scans } from "./sections/scans.tsx";
import { Visitor } from "./sections/visitor.tsx";
import { Waiting } from "./sections/waiting.tsx";
import { SignIn } from "./sign-in.tsx";
import { Sidebar } from "./sidebar.tsx";
import { isStale, Live } from "./top.tsx";
import { Mark } from "./ui/mark.tsx";
import { isSending } from "./views/forwarding.ts";
import { headlineView } from "./views/headline.ts";
import { helpView } from "./views/help-calls.ts";
import { incidentsView } from "./views/incidents.ts";
import { kiosksToLookAt, kiosksView } from "./views/kiosks.ts";
import type { Saying } from "./views/saying.ts";

export interface AppProps {
  readonly desk: Desk;
  readonly saying: Saying;
  readonly who: Who;
  readonly overview: Overview | undefined;
  readonly allowance: Allowance | undefined;
  readonly allKiosks: readonly KioskState[] | undefined;
  readonly freshness: Freshness;
  /** When the figures were last heard, and now; in the proxy's time. */
  readonly heardMs: number | undefined;
  readonly nowMs: number;
}

/** Who nobody knows signs in; who somebody knows sees what is so. */
export function App(props: AppProps) {
  const { who, desk, saying } = props;
  const { words } = saying;
  switch (who.type) {
    case "nobody":
      return <SignIn saying={saying} desk={desk} hasEnded={who.hasEnded} />;
    case "unknown":
      return (
        <main class="waiting-room">
          <h1>{who.isUnreachable ? words.neverHeard : words.loading}</h1>
        </main>
      );
    case "somebody":
      return <Board {...props} session={who.session} />;
  }
}

interface BoardProps extends AppProps {
  readonly session: SessionAnswer;
}

function Board(props: BoardProps) {
  const { saying, overview, session, freshness, desk, heardMs } = props;
  return (
    <div class="board">
      <a class="skip" href="#scans">
        {saying.words.skip}
      </a>
      <Sidebar saying={saying} session={session} overview={overview} onSignOut={desk.signOut} />
      <main>
        {overview === undefined ? (
          <header class="top">
            <h1>{freshness.type === "live" ? saying.words.loading : saying.words.neverHeard}</h1>
            <Live
              {...{ saying, freshness, heardMs, desk }}
              forecast={undefined}
              nowMs={props.nowMs}
            />
          </header>
        ) : (
          <Sheets {...props} overview={overview} />
        )}
      </main>
    </div>
  );
}

function Sheets(props: BoardProps & { readonly overview: Overview }) {
  const { saying, overview, allowance, allKiosks, session, freshness, heardMs, nowMs, desk } =
    props;
  const { chain } = overview;
  const offers = offersFor(session.role);
  const kiosks = kiosksView(overview, allKiosks, nowMs, saying);
  const headline = headlineView(overview, kiosksToLookAt(kiosks), saying);
  const sending = chain !== undefined && isSending(chain) ? chain : undefined;
  const waiting = sending?.backlog.visitors ?? 0;
  return (
    <>
      <header class="top">
        <div>
          <h1>
            <Mark condition={isStale(freshness, heardMs, nowMs) ? "warn" : headline.condition} />
            {headline.sentence}
          </h1>
          <Live
            {...{ saying, freshness, heardMs, nowMs, desk }}
            forecast={sending?.allowance.forecast}
          />
        </div>
        {chain !== undefined && (
          <Forwarding
            {...{ saying, nowMs, desk }}
            forwarding={chain.forwarding}
            allowance={chain.allowance}
            mayPause={offers.forwarding}
          />
        )}
      </header>
      <HelpCalls
        {...{ saying, desk }}
        view={helpView(overview.help, nowMs, saying)}
        mayAnswer={offers.help}
      />
      <div class="sheets">
        <Scans saying={saying} scans={overview.scans} />
        {chain !== undefined && (
          <>
            <Calls {...{ saying, allowance, waiting }} />
            <AllowanceCard {...{ saying, chain, allowance, nowMs }} />
            <Waiting {...{ saying, chain }} />
          </>
        )}
        <OutcomesOverTime saying={saying} hours={overview.hours} days={overview.days} />
        <Kiosks
          saying={saying}
          view={kiosks}
          mayAskAll={offers.allKiosks}
          onShowAll={desk.showAllKiosks}
        />
        <Incidents saying={saying} view={incidentsView(overview.incidents, nowMs, saying)} />
        {chain !== undefined && (
          <Refused
            {...{ saying, desk }}
            deadLetters={chain.deadLetters}
            mayRedrive={offers.redrive}
          />
        )}
        {offers.chain && <Visitor {...{ saying, nowMs, desk }} mayAsk={offers.journey} />}
      </div>
    </>
  );
}
