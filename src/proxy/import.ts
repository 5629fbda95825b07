import { createHash, randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { MAX_BATCH_BYTES, type IngestReceipt } from "../contract/ingest.ts";
import {
  ImportRequest,
  IMPORTS_PATH,
  type ExportHeader,
  type ImportAnswer,
} from "../contract/outbox-export.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { DeviceRegistry } from "./devices/registry.ts";
import type { HandedOver, IngestReply } from "./ingest.ts";
import { whereOf } from "./issue-words.ts";
import { parseJson } from "./parse-json.ts";
import { replyProblem } from "./problem-reply.ts";

export interface ImportDeps {
  readonly takeIn: (handedOver: HandedOver) => Promise<IngestReply>;
  readonly registry: Pick<DeviceRegistry, "list">;
  readonly clock: Clock;
  /** Updates were stored: forwarding need not wait. */
  readonly onStored: () => void;
}

/**
 * Takes in what a kiosk saved to a file before it was unpaired, or because its line never came back.
 * An operator vouches for it; entries are judged as if the kiosk had sent them, a repeat changes
 * nothing, and what the kiosk sends later all the same is recognised by its number.
 */
export function routeImport(admin: FastifyInstance, deps: ImportDeps): void {
  const { takeIn, registry, clock } = deps;
  const config = { access: ["operator"] as const, act: "import" };
  admin.post(IMPORTS_PATH, { config, bodyLimit: MAX_BATCH_BYTES }, async (request, reply) => {
    const asked = ImportRequest.safeParse(parseJson(request.body));
    if (!asked.success) return replyProblem(reply, "invalid-body", `${whereOf(asked.error)}.`);
    const { header, entries } = asked.data;
    request.actSubject = header.device.deviceId;
    const record = registry.list().find(({ device }) => device.deviceId === header.device.deviceId);
    const answer = await takeIn({
      nonce: randomUUID(),
      digest: createHash("sha256").update(JSON.stringify(asked.data)).digest("hex"),
      device: record?.device ?? header.device,
      pairedMs: record?.pairedMs,
      clock: clockNow(header, clock.wallMs()),
      entries,
    });
    if (answer.type === "problem") {
      return replyProblem(reply, answer.code, answer.detail, answer.retryAfterSeconds);
    }
    deps.onStored();
    return summaryOf(answer.receipt);
  });
}

/** What the kiosk's clocks say now, had they gone on since the file was written. */
function clockNow({ clock, proxyTimeMs }: ExportHeader, nowMs: number): ClockReading {
  const sinceMs = Math.max(0, nowMs - proxyTimeMs);
  return { ...clock, wallMs: clock.wallMs + sinceMs, monoMs: clock.monoMs + sinceMs };
}

function summaryOf({ verdicts, unreadable }: IngestReceipt): ImportAnswer {
  const counts: Record<string, number> = {};
  const reasons = new Set<string>();
  for (const each of verdicts) {
    counts[each.verdict] = (counts[each.verdict] ?? 0) + 1;
    if (each.verdict === "rejected" || each.verdict === "retry") reasons.add(each.reason);
  }
  if (unreadable.length > 0) counts["unreadable"] = unreadable.length;
  return { verdicts: counts, reasons: [...reasons] };
}
