import { useEffect, useState } from "preact/hooks";
import type { SessionAnswer } from "../contract/admin.ts";
import type { Overview } from "../contract/overview.ts";
import { Awning } from "./ui/ribbon.tsx";
import type { Saying } from "./views/saying.ts";
import type { SectionId } from "./words.ts";

export interface SidebarProps {
  readonly saying: Saying;
  readonly session: SessionAnswer;
  readonly overview: Overview | undefined;
  readonly onSignOut: () => Promise<void>;
}

/** What is on the page, with the numbers that send somebody there; who sits here, and the way out. */
export function Sidebar({ saying, session, overview, onSignOut }: SidebarProps) {
  const { words } = saying;
  const entries = entriesOf(overview, saying);
  const here = useWhereabouts(entries.map(({ id }) => id));
  const { name, role, storeId } = session;
  return (
    <header class="sidebar">
      <Awning />
      <p class="brand">{words.product}</p>
      <nav aria-label={words.nav}>
        <ul>
          {entries.map(({ id, count, metric }) => (
            <li key={id}>
              <a href={`#${id}`} aria-current={id === here ? "true" : undefined}>
                <span>{words.page[id]}</span>
                {count !== undefined && (
                  <span class="count" data-metric={metric}>
                    {count}
                  </span>
                )}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="sidebar-foot">
        <p>{storeId === undefined ? words.allStores : words.oneStore(storeId)}</p>
        <p>{words.signedInAs(name, words.role[role])}</p>
        <button type="button" class="link" onClick={() => void onSignOut()}>
          {words.signOut}
        </button>
      </div>
    </header>
  );
}

interface Entry {
  readonly id: SectionId;
  readonly count?: string | undefined;
  readonly metric?: string;
}

function entriesOf(overview: Overview | undefined, { formats }: Saying): readonly Entry[] {
  if (overview === undefined) return [];
  const { chain, kiosks, incidents } = overview;
  const some = (number: number) => (number === 0 ? undefined : formats.count(number));
  return [
    { id: "scans" },
    ...(chain === undefined
      ? []
      : ([
          { id: "allowance" },
          {
            id: "waiting",
            count: some(chain.backlog.visitors),
            metric: "tarjeta_visitors_waiting",
          },
        ] satisfies Entry[])),
    { id: "outcomes" },
    { id: "kiosks", count: some(kiosks.known), metric: "tarjeta_kiosks" },
    { id: "incidents", count: some(incidents.open), metric: "tarjeta_incidents_open" },
    ...(chain === undefined
      ? []
      : ([
          {
            id: "refused",
            count: some(chain.deadLetters.visitors),
            metric: "tarjeta_dead_letters",
          },
          { id: "visitor" },
        ] satisfies Entry[])),
  ];
}

/** Ours: a section whose head is this near to the top is the one that is read. */
const PASSED_PX = 120;

/** Which section is at the top of the window. */
function useWhereabouts(ids: readonly SectionId[]): SectionId {
  const [here, setHere] = useState<SectionId>("scans");
  const all = ids.join(" ");
  useEffect(() => {
    const sections = all
      .split(" ")
      .map((id) => document.getElementById(id))
      .filter((each) => each !== null);
    const look = () => {
      const isAtEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
      const passed = sections.filter((each) => each.getBoundingClientRect().top <= PASSED_PX);
      const last = isAtEnd && scrollY > 0 ? sections.at(-1) : passed.at(-1);
      setHere((last?.id ?? "scans") as SectionId);
    };
    look();
    addEventListener("scroll", look, { passive: true });
    return () => removeEventListener("scroll", look);
  }, [all]);
  return here;
}
