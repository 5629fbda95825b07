import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { cardFromScan, type CardRule } from "../../src/domain/card.ts";
import type { ScannerEvent } from "../../src/scanner/scanner.ts";
import type { WedgeKey } from "../../src/scanner/wedge-key.ts";
import {
  calibratedWedgeSettings,
  DEFAULT_WEDGE_SETTINGS,
  type WedgeSettings,
} from "../../src/scanner/wedge-settings.ts";
import { CARD, ENTER, gapsWith, TAB, timed, usKeys } from "./typing.ts";

/**
 * Every way a scanner may type, and people may, in one table. The decoder is held against it alone, and
 * once more in a real browser, through real key events.
 */
export interface WedgeCase {
  readonly name: string;
  readonly keys: readonly WedgeKey[];
  readonly settings: WedgeSettings;
  /** What has the focus. */
  readonly focus: "nothing" | "button" | "field" | "pin";
  /** The page is busy for 200 ms as the key of this index goes down. */
  readonly jammedAt?: number;
  /** Who the card rules take it for, or the reason why it is no scan or no card of ours. */
  readonly heard: readonly string[];
  /** What ends up in the field that has the focus. */
  readonly typed?: string;
  /** How often the button that has the focus is pressed. */
  readonly presses?: number;
}

type Keys = readonly Partial<WedgeKey>[];

const TARGETS = { nothing: "page", button: "page", field: "typing", pin: "secret" } as const;

/** What the digit row types on a French keyboard without Shift. */
const AZERTY = "à&é\"'(-è_ç";

/** Keys of a US keyboard that type something else on a German one. */
const QWERTZ: Readonly<Record<string, string>> = { y: "z", z: "y", "-": "ß", ":": "Ö" };

const OTHER_CARD = "2000000000008";
const CTRL_J: Partial<WedgeKey> = { key: "j", code: "KeyJ", ctrl: true };

const LONG_CODE = `https${Array.from({ length: 495 }, (_, index) => (index * 7) % 10).join("")}`;

/** The shipped example's, and one for a long code. */
export const MATRIX_RULES: readonly CardRule[] = [
  ...EXAMPLE_CONFIG.cardRules,
  {
    name: "long code",
    match: "https(?<id>\\d{13})\\d{482}",
    checkDigit: "none",
    visitor: "member",
    accepts: [LONG_CODE],
    refuses: [],
  },
];

const card = usKeys(CARD);
const scan: Keys = [...card, ENTER];

export const WEDGE_MATRIX: readonly WedgeCase[] = [
  ...[1, 8, 19, 40].map((gapMs) => aCase(`${gapMs} ms a key`, scan, { gapMs })),
  ...[90, 130].map((gapMs) =>
    aCase(`${gapMs} ms a key, calibrated`, scan, {
      gapMs,
      settings: calibratedWedgeSettings(gapMs),
    }),
  ),
  aCase("no suffix", card),
  aCase("Tab as suffix", [...card, TAB]),
  aCase("CR and LF as suffix", [...card, ENTER, CTRL_J]),
  aCase("an AIM identifier", [...usKeys("]E0"), ...scan]),
  aCase("a prefix and a postfix", [...usKeys("#*"), ...card, ...usKeys("*"), ENTER], {
    settings: { ...DEFAULT_WEDGE_SETTINGS, prefix: "#*", postfix: "*" },
  }),
  aCase("a machine with a French keyboard", [...french(CARD), ENTER]),
  aCase("a machine with a German keyboard", [...german("mboxPC:yz-1"), ENTER], {
    heard: ["yz-1"],
  }),
  aCase("CapsLock", [...capsLocked("mboxPC:aB-1"), ENTER], { heard: ["aB-1"] }),
  aCase("the numpad", [...numpad(CARD), { key: "Enter", code: "NumpadEnter" }]),
  aCase("characters as Alt and the numpad", [...altCodes(CARD), ENTER], { gapMs: 4 }),
  aCase(
    "a group separator",
    [...usKeys("8018"), { key: "]", code: "BracketRight", ctrl: true }, ...usKeys("1"), ENTER],
    {
      heard: ["not-ours"],
    },
  ),
  aCase("the same card twice without suffix", [...card, ...card]),
  aCase("two cards 150 ms apart", [...scan, ...usKeys(OTHER_CARD), ENTER], {
    gaps: gapsWith(28, 8, { 14: 150 }),
    heard: [CARD, OTHER_CARD],
  }),
  aCase("a page that is busy for 200 ms", scan, {
    jammedAt: 5,
    // Measured: what the time stamps of keys 8 ms apart come to meanwhile.
    gaps: [0, 8, 13, 4, 9, 8, 44, 65, 7, 8, 9, 9, 9, 8],
  }),
  aCase("500 characters", [...usKeys(LONG_CODE), ENTER], {
    gapMs: 5,
    heard: [LONG_CODE.slice(5, 18)],
  }),
  aCase("a swipe that failed", [...usKeys(";E?"), ENTER], { heard: ["swipe-again"] }),
  aCase("half a card", [...usKeys("291"), ENTER], { heard: ["too-short"] }),
  aCase("a focused button", [...usKeys("]E0"), ...scan], { focus: "button", presses: 0 }),
  aCase("a text field", scan, { focus: "field", typed: CARD.slice(0, 3) }),
  aCase("a PIN field", scan, { focus: "pin", heard: [], typed: CARD }),
  aCase("a key held down", held("a", 40), { gapMs: 30, heard: ["held-key"] }),
  aCase("a person, 150 ms a key", scan, { gapMs: 150, heard: [], focus: "button", presses: 1 }),
  aCase("a quick person, 70 ms a key", scan, {
    gapMs: 70,
    heard: ["too-slow"],
    focus: "button",
    presses: 1,
  }),
  aCase("a person in a text field", scan, {
    gapMs: 150,
    heard: [],
    focus: "field",
    typed: CARD,
  }),
];

/** What the kiosk makes of a scanner's events. */
export function heardOf(events: readonly ScannerEvent[]): readonly string[] {
  return events.map((event) => {
    if (event.type === "rejected") return event.reason;
    const read = cardFromScan(event.scan, MATRIX_RULES);
    return read.ok ? read.value.visitor.value : read.error.type;
  });
}

interface CaseOptions extends Partial<Omit<WedgeCase, "name" | "keys">> {
  readonly gapMs?: number;
  readonly gaps?: readonly number[];
}

function aCase(name: string, keys: Keys, options: CaseOptions = {}): WedgeCase {
  const { gapMs = 8, gaps, focus = "nothing", ...rest } = options;
  const target = TARGETS[focus];
  return {
    name,
    keys: timed(
      keys.map((key) => ({ ...key, target })),
      gaps ?? gapMs,
    ),
    settings: DEFAULT_WEDGE_SETTINGS,
    focus,
    heard: [CARD],
    ...rest,
  };
}

function french(digits: string): Keys {
  return [...digits].map((digit) => ({ key: AZERTY[Number(digit)]!, code: `Digit${digit}` }));
}

function german(text: string): Keys {
  return usKeys(text).map((key) => ({ ...key, key: QWERTZ[key.key!] ?? key.key! }));
}

function capsLocked(text: string): Keys {
  return usKeys(text).map((key) => {
    const typed = key.key!;
    const other = typed === typed.toUpperCase() ? typed.toLowerCase() : typed.toUpperCase();
    return { ...key, key: other, capsLock: true };
  });
}

function numpad(digits: string): Keys {
  return [...digits].map((digit) => ({ key: digit, code: `Numpad${digit}` }));
}

function altCodes(text: string): Keys {
  return [...text].flatMap((character) => [
    { key: "Alt", code: "AltLeft", alt: true },
    ...numpad(`0${character.charCodeAt(0)}`).map((key) => ({ ...key, alt: true })),
  ]);
}

function held(character: string, count: number): Keys {
  const [key] = usKeys(character);
  return Array.from({ length: count }, (_, index) => ({ ...key, repeat: index > 0 }));
}
