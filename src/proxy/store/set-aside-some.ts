import type { DeadLetterClass } from "../../contract/dead-letters.ts";
import { moveScans, openFrom, openTexts, raiseOpen, type OpenColumns } from "./scan-counts.ts";
import type { Tx } from "./sql.ts";

export interface RefusedSome {
  /** What the visitor's claim showed, and Target acknowledged all else of. */
  readonly version: number;
  readonly atMs: number;
  readonly names: readonly string[];
  readonly reason: string;
  /** Target's own refusal where nothing else is said. */
  readonly class?: DeadLetterClass | undefined;
}

/**
 * Sets some attributes of an acknowledged claim aside, until something newer arrives for the visitor.
 *
 * They get a version of their own above the acknowledged one: so they stay owed and are named in the
 * dead letter, and what Target acknowledged beside them is not owed again. What has been overwritten
 * since the claim is owed for its newer value anyway.
 *
 * @param held the visitor's version, which is above the claimed one if more arrived meanwhile, and its
 *   open updates: those of the claim are open until all of it was applied
 */
export async function setAsideSome(
  tx: Tx,
  visitor: string,
  held: Held,
  { version, atMs, names, reason, class: deadClass = "refused" }: RefusedSome,
): Promise<void> {
  const versionNow = held.version;
  let kept = 0;
  for (const name of names.toSorted()) {
    kept += await tx.run(
      "UPDATE attribute SET version = $3 WHERE visitor = $1 AND name = $2 AND version <= $4",
      [visitor, name, versionNow + 1, version],
    );
  }
  if (kept === 0) return;
  const open = raiseOpen(openFrom(held), version, versionNow + 1);
  await tx.run(
    "UPDATE visitor SET version = $2, open_scans = $3, open_updates = $4 WHERE visitor = $1",
    [visitor, versionNow + 1, ...openTexts(open)],
  );
  if (versionNow > version) return;
  await tx.run(
    `UPDATE visitor SET state = 'dead', reason = $2, dead_ms = $3, dead_class = $4
     WHERE visitor = $1`,
    [visitor, reason, atMs, deadClass],
  );
  await moveScans(tx, open, "waiting", "refused");
}

interface Held extends OpenColumns {
  readonly version: number;
}

/** Why nothing can be done for a visitor. */
export interface Unusable {
  readonly class: Extract<DeadLetterClass, "id-dropped" | "key-missing" | "damaged">;
  /** In words. */
  readonly reason: string;
}

/**
 * Sets a visitor aside whom nobody can name any more, or of whom something stored cannot be used:
 * until something newer arrives, for a person to see, and nobody else is kept waiting by it.
 */
export async function setUnusableAside(
  tx: Tx,
  held: OpenColumns & { readonly visitor: string },
  why: Unusable,
  atMs: number,
): Promise<void> {
  await tx.run(
    `UPDATE visitor SET state = 'dead', reason = $2, dead_ms = $3, dead_class = $4
     WHERE visitor = $1`,
    [held.visitor, why.reason, atMs, why.class],
  );
  await moveScans(tx, openFrom(held), "waiting", "refused");
}
