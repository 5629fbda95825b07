import type { KioskConfig } from "../../contract/kiosk-config.ts";
import type { Settings } from "../settings.ts";

/** The chain's configuration with what any group, store or kiosk writes beside it, each attribute once. */
export function allTogether(configs: readonly KioskConfig[]): KioskConfig {
  const once = <T>(each: readonly T[], name: (one: T) => string): T[] =>
    [...new Map(each.toReversed().map((one) => [name(one), one])).values()].toReversed();
  const [chain] = configs;
  if (chain === undefined) throw new Error("there is always the chain's configuration");
  return {
    ...chain,
    scanAttributes: once(
      configs.flatMap((each) => each.scanAttributes),
      ({ name }) => name,
    ),
    staticAttributes: once(
      configs.flatMap((each) => each.staticAttributes),
      ({ name }) => name,
    ),
    questions: once(
      configs.flatMap((each) => each.questions),
      ({ attribute }) => attribute,
    ),
  };
}

/**
 * What is processed, why, where and for how long, as this installation is set up: the facts that a
 * record of processing activities (GDPR, article 30) asks for, in Markdown. Names, contacts and
 * legal judgement are the controller's to add.
 */
export function processingRecord(settings: Settings, config: KioskConfig): string {
  const attributes = [
    ...config.scanAttributes.map(({ name, from }) => `\`${name}\` (${SOURCES[from]})`),
    ...config.staticAttributes.map(({ name }) => `\`${name}\` (the same for every scan)`),
    ...config.questions.map(({ attribute, title }) => `\`${attribute}\` (answer to “${title.en}”)`),
  ];
  const { "*": others = "", ...named } = settings.clearedValues;
  const cleared = [
    ...Object.entries(named).map(([name, value]) => `\`${name}\` with \`${value}\``),
    `${Object.keys(named).length > 0 ? "all others " : ""}with ${others === "" ? "the empty text" : `\`${others}\``}`,
  ];
  return `# Record of processing: in-store identification, ${config.brand}

| | |
|---|---|
| Whose data | members of the programme who present their card at a kiosk |
| What | the card number; ${attributes.join(", ")} |
| Why, and on what ground | to bring the visit into the member's Adobe Target profile; the programme's terms, version \`${config.terms.version}\`, kept with every update |
| Not processed | payment cards (refused before anything is kept), names, addresses${config.camera === undefined ? ", pictures" : ""} |
| Recipient | Adobe Target, client \`${settings.target?.client ?? "demo (emulator)"}\`; nobody else |
| Id given to the recipient | ${IDS[settings.visitorIds.mode]} |

## Where, and for how long

| Where | What | How long |
|---|---|---|
${config.camera === undefined ? "" : PICTURES}| kiosk | updates and withdrawals not yet sent, sealed | until the proxy's receipt names them |
| kiosk | that a question was asked of a card, under a truncated keyed hash | ${daysAsked(config)} |
| proxy, \`DATA_DIR\` | card number, sealed (AES-256-GCM) | until ${settings.idRetentionDays} days without a scan |
| proxy, \`DATA_DIR\` | updates beyond a kiosk's pace, held for an operator: number and attributes, sealed | until released or discarded, at most ${settings.idRetentionDays} days |
| proxy, \`DATA_DIR\` | attributes under a keyed hash (HMAC-SHA-256) | until erasure |
| proxy, \`DATA_DIR\` | the journal of updates and their legal grounds, under the same hash | ${settings.retention.journalDays} days, or until erasure |
| proxy, \`DATA_DIR/privacy.log\` | that somebody withdrew or was erased: hash and time, sealed | for ever: it is what refuses them |
| proxy, log lines and metrics | no personal data | – |
| Adobe Target | the attributes | the profile's lifetime there: 14 days without a visit to the site, unless Adobe extended it |

## Rights

- **Withdrawal**: at any kiosk with one scan, or \`npm run privacy -- withdraw\`. Later scans are refused, whenever they were captured; attributes in Target are overwritten (${cleared.join(", ")}).
- **Erasure**: \`npm run privacy -- erase\`. The same, and every row about the member is removed; a deletion job for Adobe's Privacy Service is printed, to be posted.
`;
}

function daysAsked({ questions }: KioskConfig): string {
  const days = questions.flatMap(({ askAgainDays }) => askAgainDays ?? []);
  return days.length === 0 ? "not kept" : `at most ${Math.max(...days)} days`;
}

const PICTURES = `| kiosk | pictures of its camera, searched for codes | a fraction of a second, in memory; none is kept or sent |
`;

const SOURCES = {
  store: "the store",
  kiosk: "the kiosk",
  instant: "the moment",
  day: "the day",
} as const;

const IDS = {
  card: "the card number itself",
  hmac: "a keyed hash of the card number (HMAC-SHA-256)",
  "lookup-file": "the site's own id, from a file",
  "lookup-url": "the site's own id, from a service of the site's",
} as const;
