import type { ExportHeader } from "../contract/outbox-export.ts";
import type { Device } from "../contract/update.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { PROXY_OFFSET_KEY } from "../outbox/signed-fetch.ts";

export interface OutboxExportDeps {
  readonly outbox: Pick<Outbox, "peek">;
  readonly kept: Pick<KeptStore, "get">;
  readonly clock: Clock;
  readonly reading: () => ClockReading;
  readonly device: Device;
}

export interface OutboxExport {
  readonly file: Blob;
  readonly name: string;
  readonly entries: number;
}

/** Ours: entries read at once. */
const PAGE = 500;
const PAGE_BYTES = 2_000_000;

/** Later than any hold. */
const WHENEVER = Number.MAX_SAFE_INTEGER;

/**
 * What this kiosk owes as a file, one JSON text a line, sealed as it lies there. Changes nothing:
 * a kiosk that is paired again sends all of it, and the proxy knows what came by file.
 */
export async function exportOutbox(deps: OutboxExportDeps): Promise<OutboxExport> {
  const { outbox, kept, clock, device } = deps;
  const lines: string[] = [];
  for (let afterSeq = 0; ;) {
    const page = await outbox.peek({
      nowMs: WHENEVER,
      limit: PAGE,
      maxBytes: PAGE_BYTES,
      afterSeq,
    });
    lines.push(...page.map((entry) => `${JSON.stringify(entry)}\n`));
    const last = page.at(-1);
    if (last === undefined) break;
    afterSeq = last.header.seq;
  }
  const offsetMs = await kept.get(PROXY_OFFSET_KEY).catch(() => 0);
  const header: ExportHeader = {
    v: 1,
    type: "tarjeta-outbox",
    device,
    clock: deps.reading(),
    proxyTimeMs: Math.max(0, clock.wallMs() + (typeof offsetMs === "number" ? offsetMs : 0)),
    entries: lines.length,
  };
  return {
    file: new Blob([`${JSON.stringify(header)}\n`, ...lines], { type: "application/jsonl" }),
    name: `tarjeta-${device.storeId}-${device.kioskId}.jsonl`,
    entries: lines.length,
  };
}

/** Hands a file to whoever stands there. */
export function save({ file, name }: OutboxExport): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has read it long before; a page of this kind may live for weeks.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
