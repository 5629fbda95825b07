import * as z from "zod";
import {
  choice,
  number,
  positionOf,
  type ChoiceSwitch,
  type NumberSwitch,
} from "./switch-kinds.ts";

/**
 * How Target turns a call down. Source: none for single updates; for bulk "the response contains
 * `success=false` and a detailed message".
 *
 * - `refused-body`: status 200 and `<success>false</success>`.
 * - `status-400`: status 400 and a word.
 * - `acknowledged-and-dropped`: the usual acknowledgement, and nothing comes of it.
 */
const TURNED_DOWN = ["refused-body", "status-400", "acknowledged-and-dropped"] as const;
export type TurnedDown = (typeof TURNED_DOWN)[number];

/** Adobe's pages, by their titles. */
const SINGLE = "Single profile update API";
const BULK = "Bulk profile update API";
const FETCH = "Profile fetch";
const FETCH_OLD = "Profile fetch, older documentation";
const SETTINGS = "Profile API settings";
const LIMITS = "Target limits";
const AUDIENCES = "Troubleshooting targets and audiences";
const ATTRIBUTES = "In-page profile attributes";
const LIFETIME = "Visitor profile lifetime";
const PROFILE = "Visitor profile";
const THIRD = "Real-time profile syncing for mbox3rdPartyId";

/** What becomes of one attribute that is more than Target promises to keep. */
const TOO_MUCH = ["dropped", "truncated", "refused-body", "stored"] as const;

/**
 * Everything that Adobe leaves undocumented or says in two ways, one switch each.
 *
 * The first position is the default: the least helpful one that the documentation leaves room for.
 * One table, so that what can be switched, what it is called, how a call to set it is checked and
 * what a reader is told can never differ; hence its length.
 */
export const SWITCHES = {
  // Single Profile Update: what is asked
  clientPath: choice(
    ["both", "code-only", "literal-only"],
    "Path after /m2/: Adobe prints the literal `client` for single updates and the client code for bulk.",
    SINGLE,
  ),
  unknownClient: choice(
    ["status-404", "refused-body", "acknowledged-and-dropped"],
    "A client code nobody has: no answer is documented.",
    SINGLE,
  ),
  noId: choice(TURNED_DOWN, "Neither mboxPC nor mbox3rdPartyId: no answer is documented.", SINGLE),
  bothIds: choice(
    [...TURNED_DOWN, "member-counts", "browser-counts", "both-updated"],
    "Both mboxPC and mbox3rdPartyId in one call: not documented.",
    SINGLE,
  ),
  noAttributes: choice(TURNED_DOWN, "No `profile.` parameter: no answer is documented.", SINGLE),
  badEncoding: choice(
    TURNED_DOWN,
    "Parameters that are not URL-encoded UTF-8, as they must be: no answer is documented.",
    SINGLE,
  ),
  forbiddenIdCharacter: choice(
    [...TURNED_DOWN, "accepted"],
    'A `+` or `/` in mbox3rdPartyId: "You cannot send the following characters", no answer is documented.',
    BULK,
  ),
  idTooLong: choice(
    ["acknowledged-and-dropped", "refused-body", "status-400", "accepted"],
    "An id over its longest length (memberIdMaxLength; 128 for mboxPC): no answer is documented.",
    LIMITS,
  ),
  memberIdMaxLength: number(
    { min: 1, max: 1_024, by: 128 },
    "Characters of mbox3rdPartyId: 256 on the limits page, 128 in the Delivery API.",
    LIMITS,
  ),
  duplicatedParameter: choice(
    ["first", "last"],
    'Which of a repeated parameter counts; for page parameters "HTTP considers the first".',
    AUDIENCES,
  ),
  otherParameter: choice(
    ["ignored", "refused-body"],
    "Parameters that are neither an id nor begin with `profile.`: nothing is documented.",
    SINGLE,
  ),
  postQuery: choice(
    ["read", "ignored"],
    "Parameters in the address of a POST: not documented; seen to work in practice.",
    SINGLE,
  ),
  jsonBody: choice(
    ["ignored", "read"],
    "A JSON object as the body of a POST: no content type is documented.",
    SINGLE,
  ),
  oversize: choice(
    ["status-413-414", "status-400", "refused-body", "acknowledged-and-dropped"],
    "Over 8 KB for GET (414) or 60 KB for POST (413): no answer is documented.",
    SINGLE,
  ),
  // Single Profile Update: what is kept
  emptyValue: choice(
    ["ignored", "clears", "stored"],
    "An empty value in a single update; in bulk it is ignored and never clears.",
    BULK,
  ),
  valueOver256: choice(
    TOO_MUCH,
    "A value over 256 characters: the limit is documented for mbox calls, for updates none is.",
    LIMITS,
  ),
  nameOver128: choice(
    TOO_MUCH,
    "An attribute name over 128 characters: documented for mbox calls, for updates nothing is.",
    LIMITS,
  ),
  oddName: choice(
    ["dropped", "refused-body", "stored"],
    "An attribute name with more than letters, digits, `.`, `_` and `-`: legal characters are not documented.",
    ATTRIBUTES,
  ),
  reservedName: choice(
    ["dropped", "refused-body", "stored"],
    'An attribute name beginning with `user.`, where profile scripts write: "reserved names" exist, no list does.',
    ATTRIBUTES,
  ),
  profileOver64K: choice(
    ["update-dropped", "oldest-dropped", "refused-body", "stored"],
    'A profile that would pass 64 KB of external data, which it "must not exceed"; formerly 2,000 KB.',
    BULK,
  ),
  updateOrder: choice(
    ["may-swap", "in-order"],
    "Whether two quick updates of one visitor take effect in the order they came: nothing is documented.",
    SINGLE,
  ),
  updateExtendsLifetime: choice(
    ["no", "yes"],
    "Whether an update by API counts as activity: not documented.",
    LIFETIME,
  ),
  lifetimeDays: number(
    { min: 1, max: 3_650, by: 14 },
    "Days without activity until a profile expires: 14, by request up to 90; another page says 90.",
    LIFETIME,
  ),
  // Single Profile Update: what is answered
  unknownVisitor: choice(
    ["acknowledged", "refused-body", "status-404"],
    'An update of a visitor without a profile: "If nothing is found, a profile is not created", no answer is documented.',
    SINGLE,
  ),
  pcIdInAnswer: choice(
    ["empty", "filled"],
    "The `<pcId>` of the acknowledgement: empty in the sample; whether mboxPC fills it is not said.",
    SINGLE,
  ),
  answerStatus: choice(
    ["200", "201", "202"],
    "Status of an acknowledgement: not documented.",
    SINGLE,
  ),
  answerType: choice(
    ["text/xml", "application/xml", "text/html", "text/plain"],
    "Content type of an acknowledgement: not documented.",
    SINGLE,
  ),
  answerProlog: choice(
    ["none", "xml-declaration"],
    "Whether the acknowledgement begins with an XML declaration: the sample shows none.",
    SINGLE,
  ),
  answerWhitespace: choice(
    ["none", "indented"],
    "White space between the elements of the acknowledgement: the sample shows none.",
    SINGLE,
  ),
  corsHeader: choice(
    ["none", "wildcard"],
    'Access-Control-Allow-Origin of an answer: wildcard for Delivery; updates are "not designed to work within a webpage".',
    SINGLE,
  ),
  // Limits
  overLimit: choice(
    ["refused-body", "status-429", "status-503", "acknowledged-and-dropped"],
    "An update over the limit of the rolling 24 hours: no answer is documented.",
    SINGLE,
  ),
  refusedCallsCount: choice(
    ["yes", "no"],
    "Whether calls that were turned down count against the limit: not documented.",
    SINGLE,
  ),
  updatesPerSecond: number(
    { min: 0, max: 1_000_000, by: 0 },
    "Single updates a second before they are answered with status 503; 0 is no ceiling, none is documented.",
    SINGLE,
  ),
  fetchLimit: choice(
    ["status-503", "status-429", "status-403", "none"],
    'What a fetch over 1,000,000 in 24 hours gets, beside "the time period until the next call will succeed"; only older documentation has the limit.',
    FETCH_OLD,
  ),
  // Fetch
  ecidNotFound: choice(
    ["marketing-cloud-visitor-id", "ecid", "parameter-name"],
    "How the 404 of a fetch by ECID calls it; the texts for the two other ids are documented.",
    FETCH,
  ),
  fetchShape: choice(
    ["visitor-id", "mbox-pc"],
    "Whether a profile names its visitor as `visitorId` or, as older documentation shows, as `mboxPC` and `thirdPartyId`.",
    FETCH,
  ),
  // Two ids of one visitor
  newVisitor: choice(
    ["after-session", "at-once"],
    "When a visitor the site sees for the first time can be updated and fetched: after 30 minutes of inactivity; in practice an hour.",
    PROFILE,
  ),
  sessionEndOverwrites: choice(
    ["yes", "no"],
    "Whether, at the end of a session, its merged data replaces what updates wrote meanwhile under mbox3rdPartyId.",
    THIRD,
  ),
  // Authentication
  authenticationScope: choice(
    ["all", "bulk-only"],
    'What needs the token: "all profile API requests" on one page, the bulk update on another.',
    SETTINGS,
  ),
  accessTokenHeader: choice(
    ["refused", "accepted"],
    "The header `access_token`, which older documentation uses instead of `Authorization: Bearer`.",
    SETTINGS,
  ),
  authenticationFailure: choice(
    ["status-403", "status-401", "refused-body"],
    "A call without a good token: status 403 is seen in practice, nothing is documented.",
    SETTINGS,
  ),
  // Bulk
  bulkStatusCounts: choice(
    ["yes", "no"],
    "Whether asking for a batch's status counts in the 50 calls a minute: not documented.",
    LIMITS,
  ),
  bulkStatusRetentionHours: number(
    { min: 0, max: 8_760, by: 24 },
    "Hours a batch's status can be asked for after it was submitted: not documented; 24 in practice.",
    BULK,
  ),
  bulkRowsLostShare: number(
    { min: 0, max: 1, by: 0.001 },
    'Share of rows that are lost: "up to 0.1% of large production batches might not be onboarded".',
    BULK,
  ),
  bulkThrottle: choice(
    ["none", "business-hours"],
    'Whether batches take longer from 9 to 17 o\'clock UTC: they "may be throttled", how is not documented.',
    BULK,
  ),
  bulkOversize: choice(
    ["refused-body", "status-413", "lost-connection"],
    "A file of 50 MB or more, or of over 500,000 rows: no answer is documented.",
    BULK,
  ),
  bulkMalformed: choice(
    ["refused-body", "status-400"],
    "A file without `batch=`, or with a wrong header: `success=false` and a message, of which no list exists.",
    BULK,
  ),
  bulkBackToBack: choice(
    ["overrides", "merges"],
    'Consecutive v2 batches "without mbox calls in between": the later overrides what the earlier one updated.',
    BULK,
  ),
  bulkRowWhitespace: choice(
    ["kept", "trimmed"],
    "White space around the cells of a file: older samples have it, the rules do not speak of it.",
    BULK,
  ),
} as const satisfies Readonly<Record<string, ChoiceSwitch | NumberSwitch>>;

export type SwitchName = keyof typeof SWITCHES;

type Position<S> = S extends ChoiceSwitch<infer V> ? V : S extends NumberSwitch ? number : never;

/** Where every switch stands. */
export type Switches = { [N in SwitchName]: Position<(typeof SWITCHES)[N]> };

/** Some switches and where to put them; a wrong name or position is an error with its path. */
export const SwitchChanges = z.strictObject(
  Object.fromEntries(
    Object.entries(SWITCHES).map(([name, each]) => [name, positionOf(each).optional()]),
  ),
) as unknown as z.ZodType<Partial<Switches>>;

/** All switches at their defaults, but for `changes`. Throws on a wrong name or position. */
export function createSwitches(changes: Partial<Switches> = {}): Switches {
  const defaults = Object.fromEntries(
    Object.entries(SWITCHES).map(([name, each]) => [name, each.default]),
  ) as unknown as Switches;
  return setSwitches(defaults, changes);
}

/** Moves some of them. Throws on a wrong name or position, and has then moved none. */
export function setSwitches(switches: Switches, changes: Partial<Switches>): Switches {
  const good = SwitchChanges.parse(changes);
  for (const [name, position] of Object.entries(good)) {
    if (position !== undefined) Object.assign(switches, { [name]: position });
  }
  return switches;
}
