/** All that somebody could read who stands before a kiosk on attract, or opens its developer tools. */
export interface AttractView {
  /** What the root element says of how everything is drawn: language, direction, modes, state. */
  readonly root: Readonly<Record<string, string>>;
  /** The body as it stands, hidden parts and attributes included; the notice of a lost line left out. */
  readonly body: string;
  /** Title, address, state of the history, values of fields, and what has the focus. */
  readonly rest: string;
  /** Local and session storage, cookies and the window's name. */
  readonly storages: string;
  /** Everything in IndexedDB and the caches, where it was looked at. */
  readonly databases: string | undefined;
}

/** As the screen says a card: never on attract. */
const MASKED = /•{2,}\s*\d+/;

/** Ours: enough around a difference to see where it stands. */
const AROUND = 60;

/**
 * What is left of a shopper: a number of theirs anywhere, or anything on screen that was not there before
 * the first of them came. In words; nothing when nothing is left.
 *
 * @param clean the same screen as nobody has used it yet
 * @param cards numbers that were read or typed so far, refused ones included
 */
export function leftoversIn(
  view: AttractView,
  clean: AttractView,
  cards: ReadonlySet<string>,
): readonly string[] {
  const found: string[] = [];
  const { root, body, rest, storages, databases = "" } = view;
  const places = { root: JSON.stringify(root), body, rest, storages, databases };
  for (const [place, text] of Object.entries(places)) {
    if (holdsOne(text, cards)) found.push(`${place}: a card's number`);
  }
  for (const [place, text] of Object.entries({ body, rest, storages })) {
    if (MASKED.test(text)) found.push(`${place}: the end of a card's number`);
  }
  for (const name of new Set([...Object.keys(root), ...Object.keys(clean.root)])) {
    if (root[name] !== clean.root[name]) {
      found.push(`root: ${name} is ${shown(root[name])}, not ${shown(clean.root[name])}`);
    }
  }
  if (body !== clean.body) found.push(`body: ${difference(body, clean.body)}`);
  if (rest !== clean.rest) found.push(`rest: ${difference(rest, clean.rest)}`);
  return found;
}

/** Looks at every run of digits once: there are thousands of numbers, and megabytes to look through. */
function holdsOne(text: string, numbers: ReadonlySet<string>): boolean {
  const lengths = new Set([...numbers].map(({ length }) => length));
  const shortest = Math.min(...lengths);
  for (const [run] of text.matchAll(/\d+/g)) {
    for (let at = 0; at + shortest <= run.length; at += 1) {
      for (const length of lengths) if (numbers.has(run.slice(at, at + length))) return true;
    }
  }
  return false;
}

function shown(value: string | undefined): string {
  return value === undefined ? "absent" : `“${value.replaceAll(/\d{4,}/g, "####")}”`;
}

/** Where two texts begin to differ, digits made unreadable: what is left may be somebody's number. */
function difference(text: string, clean: string): string {
  let at = 0;
  while (at < text.length && text[at] === clean[at]) at += 1;
  const from = Math.max(0, at - AROUND);
  const part = (whole: string) => whole.slice(from, at + AROUND).replaceAll(/\d/g, "#");
  return `“${part(text)}”, not “${part(clean)}”`;
}
