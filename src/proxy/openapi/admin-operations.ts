import {
  AUDIT_PATH,
  BACKUP_PATH,
  DEAD_LETTERS_PATH,
  DEVICES_PATH,
  HELD_PATH,
  INCIDENTS_PATH,
  OUTCOMES_PATH,
  PAIRINGS_PATH,
  Role,
  SESSION_PATH,
  TOKENS_PATH,
} from "../../contract/admin.ts";
import { ALLOWANCE_PATH } from "../../contract/allowance.ts";
import {
  RECEIPTS_PATH,
  TEXTS_PATH,
  VISITOR_RECEIPTS_PATH,
} from "../../contract/consent-receipts.ts";
import { REDRIVE_PATH } from "../../contract/dead-letters.ts";
import { FORWARDING_PATH } from "../../contract/forwarding.ts";
import { HEALTH_PATH, METRICS_PATH } from "../../contract/health.ts";
import { HELP_CALLS_PATH } from "../../contract/help-call.ts";
import { JOURNEYS_PATH } from "../../contract/journey.ts";
import { KEYS_PATH } from "../../contract/keys.ts";
import { KIOSKS_PATH } from "../../contract/kiosk-state.ts";
import { MATCH_RATE_PATH } from "../../contract/match-rate.ts";
import { OPENAPI_PATH } from "../../contract/openapi.ts";
import { IMPORTS_PATH } from "../../contract/outbox-export.ts";
import { OVERVIEW_PATH } from "../../contract/overview.ts";
import { ERASURES_PATH, LOG_SETTLED_PATH, WITHDRAWALS_PATH } from "../../contract/privacy.ts";
import type { Answer, Operation } from "./operation.ts";

const EVERY_ROLE: readonly Role[] = Role.options;
const NO_STORE: readonly Role[] = ["viewer", "marketer", "operator", "privacy"];
const OPERATOR: readonly Role[] = ["operator"];
const PRIVACY: readonly Role[] = ["privacy", "operator"];
const NOTHING: Answer = { status: 204 };

const get = (
  path: string,
  summary: string,
  access: Operation["access"],
  schema: NonNullable<Answer["schema"]>,
): Operation => ({ method: "get", path, summary, access, answer: { status: 200, schema } });

const post = (
  path: string,
  summary: string,
  access: Operation["access"],
  answer: Answer,
  body?: NonNullable<Operation["body"]>,
): Operation => ({
  method: "post",
  path,
  summary,
  access,
  answer,
  ...(body === undefined ? {} : { body }),
});

/** What anybody may see, and who one is. */
const ACCESS: readonly Operation[] = [
  get(HEALTH_PATH, "Whether the process answers.", "anybody", "Standing"),
  {
    method: "get",
    path: METRICS_PATH,
    summary: "Prometheus text; names no visitor.",
    access: "anybody",
    answer: { status: 200, type: "text/plain" },
  },
  {
    method: "get",
    path: OPENAPI_PATH,
    summary: "This description.",
    access: EVERY_ROLE,
    answer: { status: 200, type: "application/json" },
  },
  post(
    SESSION_PATH,
    "Turns a token into a session, as a cookie.",
    "anybody",
    { status: 200, schema: "SessionAnswer" },
    "SessionRequest",
  ),
  get(SESSION_PATH, "Who one is.", EVERY_ROLE, "SessionAnswer"),
  {
    method: "delete",
    path: SESSION_PATH,
    summary: "Ends the session.",
    access: EVERY_ROLE,
    answer: NOTHING,
  },
  get(TOKENS_PATH, "The named tokens; never themselves.", OPERATOR, "NamedTokens"),
  post(
    TOKENS_PATH,
    "Names another; its token is told once.",
    OPERATOR,
    { status: 201, schema: "NewTokenAnswer" },
    "NewTokenRequest",
  ),
  {
    method: "delete",
    path: `${TOKENS_PATH}/:name`,
    summary: "Revokes a token, and its sessions.",
    access: OPERATOR,
    answer: NOTHING,
  },
];

const FIGURES: readonly Operation[] = [
  get(OVERVIEW_PATH, "What to look at first; of the role store, its own.", EVERY_ROLE, "Overview"),
  get(
    KIOSKS_PATH,
    "How the kiosks stand; those to look after first.",
    ["viewer", "operator", "store"],
    "KioskStates",
  ),
  get(ALLOWANCE_PATH, "Calls over the last 24 hours, and what is left.", NO_STORE, "Allowance"),
  {
    ...get(
      MATCH_RATE_PATH,
      "What became of each store's and question's updates.",
      EVERY_ROLE,
      "MatchRate",
    ),
    query: { days: "1 to 30, today included; 7 where nothing is said." },
  },
  get(OUTCOMES_PATH, "What became of the scans of the last 7 days.", NO_STORE, "Outcomes"),
  get(DEAD_LETTERS_PATH, "Visitors whose update was refused.", NO_STORE, "DeadLetters"),
  get(
    INCIDENTS_PATH,
    "Losses and doubts; of the role store, its own.",
    ["viewer", "operator", "privacy", "store"],
    "Incidents",
  ),
  get(AUDIT_PATH, "Administrative acts, newest first.", ["operator", "privacy"], "AuditedActs"),
  post(
    JOURNEYS_PATH,
    "How far the updates of one visitor came; whom it is about is in the body alone.",
    ["operator", "privacy", "marketer"],
    { status: 200, schema: "Journey" },
    "JourneyRequest",
  ),
];

const STATE: Answer = { status: 200, schema: "ForwardingState" };

const FORWARDING: readonly Operation[] = [
  get(FORWARDING_PATH, "Whether updates go to Target.", NO_STORE, "ForwardingState"),
  post(`${FORWARDING_PATH}/pause`, "Holds all replicas.", OPERATOR, STATE, "PauseRequest"),
  post(`${FORWARDING_PATH}/resume`, "Lets them go on.", OPERATOR, STATE),
  get(REDRIVE_PATH, "How far the redrive is.", NO_STORE, "RedriveProgress"),
  post(
    REDRIVE_PATH,
    "Puts dead letters back as owed.",
    OPERATOR,
    { status: 200, also: 202, schema: "RedriveProgress" },
    "RedriveRequest",
  ),
];

const KIOSKS: readonly Operation[] = [
  post(
    PAIRINGS_PATH,
    "Makes a one-time pairing code.",
    OPERATOR,
    { status: 201, schema: "NewPairingAnswer" },
    "NewPairingRequest",
  ),
  get(
    DEVICES_PATH,
    "Every key ever paired; of the role store, its own.",
    ["viewer", "operator", "store"],
    "PairedDevices",
  ),
  post(`${DEVICES_PATH}/:deviceId/revoke`, "Shuts a kiosk out, at once.", OPERATOR, NOTHING),
  post(
    `${DEVICES_PATH}/:deviceId/approve`,
    "Lets a kiosk in that waits for it.",
    OPERATOR,
    NOTHING,
  ),
  post(`${DEVICES_PATH}/:deviceId/write-off`, "Accepts what is missing of a kiosk.", OPERATOR, {
    status: 200,
    schema: "WriteOffReceipt",
  }),
  get(
    HELP_CALLS_PATH,
    "Where somebody waits for help; of the role store, its own.",
    ["viewer", "operator", "store"],
    "HelpCalls",
  ),
  post(
    `${HELP_CALLS_PATH}/:callId/answer`,
    "Says that somebody goes there; the kiosk tells its shopper.",
    ["operator", "store"],
    { status: 200, schema: "HelpAnswer" },
  ),
  get(HELD_PATH, "What waits for an operator.", ["viewer", "operator", "privacy"], "HeldMinutes"),
  post(`${HELD_PATH}/:deviceId/release`, "Lets through what is held of a kiosk.", OPERATOR, {
    status: 200,
    schema: "HeldReceipt",
  }),
  post(`${HELD_PATH}/:deviceId/discard`, "Deletes what is held of a kiosk.", OPERATOR, {
    status: 200,
    schema: "HeldReceipt",
  }),
  post(
    IMPORTS_PATH,
    "Takes in a part of what a kiosk saved to a file.",
    OPERATOR,
    { status: 200, schema: "ImportAnswer" },
    "ImportRequest",
  ),
];

const KEEPING: readonly Operation[] = [
  post(
    WITHDRAWALS_PATH,
    "Withdraws a visitor.",
    PRIVACY,
    { status: 200, schema: "PrivacyReceipt" },
    "PrivacyRequest",
  ),
  post(
    ERASURES_PATH,
    "Erases a visitor.",
    PRIVACY,
    { status: 200, schema: "PrivacyReceipt" },
    "PrivacyRequest",
  ),
  post(LOG_SETTLED_PATH, "Says that what a lost log had was asked for again.", PRIVACY, NOTHING),
  post(
    VISITOR_RECEIPTS_PATH,
    "Why the updates of a visitor were kept.",
    PRIVACY,
    { status: 200, schema: "VisitorReceipts" },
    "PrivacyRequest",
  ),
  {
    ...get(RECEIPTS_PATH, "Why all updates were kept, a page at a time.", PRIVACY, "ReceiptsPage"),
    query: { after: "What the page before said; nothing for the first." },
  },
  get(
    `${TEXTS_PATH}/:hash`,
    "A text that was ever shown.",
    ["viewer", "operator", "privacy"],
    "ShownText",
  ),
  get(KEYS_PATH, "The proxy's keys, by name only.", ["viewer", "operator"], "KnownKeys"),
  post(`${KEYS_PATH}/sealing/:kid/retire`, "Lets a former sealing key go.", OPERATOR, {
    status: 200,
    schema: "RetiredKey",
  }),
  post(`${KEYS_PATH}/storage/:kid/retire`, "Lets a former storage key go.", OPERATOR, {
    status: 200,
    schema: "RetiredKey",
  }),
  post(BACKUP_PATH, "Makes a backup on the proxy's machine.", OPERATOR, {
    status: 200,
    schema: "BackupReceipt",
  }),
];

/** All that the admin listener answers. */
export const ADMIN_OPERATIONS: readonly Operation[] = [
  ...ACCESS,
  ...FIGURES,
  ...FORWARDING,
  ...KIOSKS,
  ...KEEPING,
];
