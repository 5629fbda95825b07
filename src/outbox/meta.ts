import * as z from "zod/mini";
import { KioskIncident } from "../contract/kiosk-incident.ts";
import { EpochRow, MAX_INCIDENTS, type Reconciled } from "./numbering.ts";
import { META } from "./schema.ts";
import { completed } from "./transaction.ts";

export const Epochs = z.array(EpochRow);
export const Incidents = z.array(KioskIncident);

/** A writing transaction that has the store `meta`, whatever else it has. */
interface MetaTransaction {
  readonly done: Promise<void>;
  readonly objectStore: (name: "meta") => {
    readonly get: (key: string) => Promise<unknown>;
    readonly put: (value: unknown, key: string) => Promise<unknown>;
    readonly delete: (key: string) => Promise<unknown>;
  };
}

/** Keeps a new numbering and what was found. */
export async function writeMeta(
  tx: MetaTransaction,
  { epochs, incident }: Reconciled,
): Promise<void> {
  const meta = tx.objectStore("meta");
  const kept: unknown = await meta.get(META.incidents);
  const incidents: readonly unknown[] = Array.isArray(kept) ? kept : [];
  await completed(tx, [
    meta.put(epochs, META.epochs),
    meta.delete(META.dataLoss),
    meta.put(
      [...incidents, ...(incident === undefined ? [] : [incident])].slice(-MAX_INCIDENTS),
      META.incidents,
    ),
  ]);
}

/** What the disk holds, if it is still what we wrote. */
export function parsedOr<T>(schema: z.ZodMiniType<T>, value: unknown, otherwise: T): T {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : otherwise;
}
