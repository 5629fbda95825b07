import { READY_PATH } from "../../contract/health.ts";
import { HEARTBEAT_PATH } from "../../contract/heartbeat.ts";
import { HELP_PATH } from "../../contract/help-call.ts";
import { INGEST_PATH } from "../../contract/ingest.ts";
import { CONFIG_PATH } from "../../contract/kiosk-config.ts";
import { OPENAPI_PATH } from "../../contract/openapi.ts";
import {
  DEVICE_KEY_PATH,
  DEVICE_PATH,
  LEAVING_PATH,
  PAIRING_PATH,
} from "../../contract/pairing.ts";
import { SEALING_KEY_PATH } from "../../contract/sealing.ts";
import type { Operation } from "./operation.ts";

/** All that the kiosk listener answers. */
export const KIOSK_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: READY_PATH,
    summary: "Whether new work is taken.",
    access: "anybody",
    answer: { status: 200, schema: "Standing" },
  },
  {
    method: "post",
    path: INGEST_PATH,
    summary: "Hands in updates; answered once they are on disk, with a verdict for each.",
    access: "kiosk",
    body: "IngestRequest",
    answer: { status: 200, schema: "IngestReceipt" },
  },
  {
    method: "post",
    path: HEARTBEAT_PATH,
    summary: "Says that a kiosk is alive and what it owes.",
    access: "kiosk",
    body: "HeartbeatRequest",
    answer: { status: 200, schema: "HeartbeatReceipt" },
  },
  {
    method: "post",
    path: HELP_PATH,
    summary: "Calls for help, asks whether somebody comes, or says that nobody waits any more.",
    access: "kiosk",
    body: "HelpRequest",
    answer: { status: 200, schema: "HelpReceipt" },
  },
  {
    method: "get",
    path: CONFIG_PATH,
    summary: "The configuration of the kiosk that asks.",
    access: "kiosk",
    answer: { status: 200, schema: "KioskConfig" },
  },
  {
    method: "get",
    path: SEALING_KEY_PATH,
    summary: "The public key that updates are to be sealed to.",
    access: "anybody",
    answer: { status: 200, schema: "SealingKey" },
  },
  {
    method: "post",
    path: PAIRING_PATH,
    summary: "Pairs a kiosk by a one-time code; signed with the very key it brings.",
    access: "kiosk",
    body: "PairingRequest",
    answer: { status: 200, schema: "PairingReceipt" },
  },
  {
    method: "get",
    path: DEVICE_PATH,
    summary: "Who the kiosk that asks is.",
    access: "kiosk",
    answer: { status: 200, schema: "DeviceAnswer" },
  },
  {
    method: "post",
    path: DEVICE_KEY_PATH,
    summary: "Brings a kiosk's next key, signed with the one it has.",
    access: "kiosk",
    body: "DeviceKeyRequest",
    answer: { status: 200, schema: "DeviceKeyReceipt" },
  },
  {
    method: "post",
    path: LEAVING_PATH,
    summary: "Asks to be let go; refused while the proxy lacks what the kiosk owes.",
    access: "kiosk",
    body: "LeavingRequest",
    answer: { status: 200, schema: "LeavingReceipt" },
  },
  {
    method: "get",
    path: OPENAPI_PATH,
    summary: "This description.",
    access: "anybody",
    answer: { status: 200, type: "application/json" },
  },
  {
    method: "get",
    path: "/*",
    summary: "The kiosk app and its files.",
    access: "anybody",
    answer: { status: 200, type: "*/*" },
  },
];
