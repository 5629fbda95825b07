import * as z from "zod/mini";
import * as admin from "../../contract/admin.ts";
import { Allowance } from "../../contract/allowance.ts";
import * as receipts from "../../contract/consent-receipts.ts";
import { RedriveProgress, RedriveRequest } from "../../contract/dead-letters.ts";
import { ForwardingState, PauseRequest } from "../../contract/forwarding.ts";
import { Standing } from "../../contract/health.ts";
import { HeartbeatReceipt, HeartbeatRequest } from "../../contract/heartbeat.ts";
import { HelpAnswer, HelpCalls, HelpReceipt, HelpRequest } from "../../contract/help-call.ts";
import { IngestReceipt, IngestRequest } from "../../contract/ingest.ts";
import { Journey, JourneyRequest } from "../../contract/journey.ts";
import { KnownKeys, RetiredKey } from "../../contract/keys.ts";
import { KioskConfig } from "../../contract/kiosk-config.ts";
import { KioskStates } from "../../contract/kiosk-state.ts";
import { MatchRate } from "../../contract/match-rate.ts";
import { ImportAnswer, ImportRequest } from "../../contract/outbox-export.ts";
import { Overview } from "../../contract/overview.ts";
import * as pairing from "../../contract/pairing.ts";
import { PrivacyReceipt, PrivacyRequest } from "../../contract/privacy.ts";
import { Problem } from "../../contract/problem.ts";
import { SealingKey } from "../../contract/sealing.ts";

/** What is sent to us, by the name it has in the document. */
export const REQUESTS = {
  HeartbeatRequest,
  HelpRequest,
  ImportRequest,
  IngestRequest,
  JourneyRequest,
  PauseRequest,
  PrivacyRequest,
  RedriveRequest,
  DeviceKeyRequest: pairing.DeviceKeyRequest,
  LeavingRequest: pairing.LeavingRequest,
  NewPairingRequest: admin.NewPairingRequest,
  NewTokenRequest: admin.NewTokenRequest,
  PairingRequest: pairing.PairingRequest,
  SessionRequest: admin.SessionRequest,
} as const;

/** What we answer. */
export const ANSWERS = {
  Allowance,
  ForwardingState,
  HeartbeatReceipt,
  HelpAnswer,
  HelpCalls,
  HelpReceipt,
  ImportAnswer,
  IngestReceipt,
  Journey,
  KioskConfig,
  KioskStates,
  KnownKeys,
  MatchRate,
  Overview,
  PrivacyReceipt,
  Problem,
  RedriveProgress,
  RetiredKey,
  SealingKey,
  Standing,
  AuditedActs: admin.AuditedActs,
  BackupReceipt: admin.BackupReceipt,
  DeadLetters: admin.DeadLetters,
  DeviceAnswer: pairing.DeviceAnswer,
  DeviceKeyReceipt: pairing.DeviceKeyReceipt,
  HeldMinutes: admin.HeldMinutes,
  HeldReceipt: admin.HeldReceipt,
  Incidents: admin.Incidents,
  LeavingReceipt: pairing.LeavingReceipt,
  NamedTokens: admin.NamedTokens,
  NewPairingAnswer: admin.NewPairingAnswer,
  NewTokenAnswer: admin.NewTokenAnswer,
  Outcomes: admin.Outcomes,
  PairedDevices: admin.PairedDevices,
  PairingReceipt: pairing.PairingReceipt,
  ReceiptsPage: receipts.ReceiptsPage,
  SessionAnswer: admin.SessionAnswer,
  ShownText: receipts.ShownText,
  VisitorReceipts: receipts.VisitorReceipts,
  WriteOffReceipt: admin.WriteOffReceipt,
} as const;

export type RequestName = keyof typeof REQUESTS;
export type AnswerName = keyof typeof ANSWERS;

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The schemas of these names as JSON Schema 2020-12, which is what OpenAPI 3.1 speaks. What a schema
 * checks by a function of ours is not in it: there the answer to a request says what is wrong.
 */
export function jsonSchemas(
  requests: ReadonlySet<RequestName>,
  answers: ReadonlySet<AnswerName>,
): Readonly<Record<string, JsonSchema>> {
  return {
    ...converted(REQUESTS, requests, "input"),
    ...converted(ANSWERS, answers, "output"),
  };
}

function converted<Name extends string>(
  schemas: Readonly<Record<Name, z.core.$ZodType>>,
  names: ReadonlySet<Name>,
  io: "input" | "output",
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const name of names) registry.add(schemas[name], { id: name });
  const made = z.toJSONSchema(registry, { io, uri: refOf });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([name, { $schema: _draft, $id: _id, ...schema }]) => [
      name,
      schema,
    ]),
  );
}

export function refOf(name: string): string {
  return `#/components/schemas/${name}`;
}
