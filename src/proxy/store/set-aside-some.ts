import type { Tx } from "./sql.ts";

export interface RefusedSome {
  /** What the visitor's claim showed, and Target acknowledged all else of. */
  readonly version: number;
  readonly atMs: number;
  readonly names: readonly string[];
  readonly reason: string;
}

/**
 * Sets some attributes of an acknowledged claim aside, until something newer arrives for the visitor.
 *
 * They get a version of their own above the acknowledged one: so they stay owed and are named in the
 * dead letter, and what Target acknowledged beside them is not owed again. What has been overwritten
 * since the claim is owed for its newer value anyway.
 *
 * @param versionNow the visitor's version, which is above the claimed one if more arrived meanwhile
 */
export async function setAsideSome(
  tx: Tx,
  visitor: string,
  versionNow: number,
  { version, atMs, names, reason }: RefusedSome,
): Promise<void> {
  let kept = 0;
  for (const name of names.toSorted()) {
    kept += await tx.run(
      "UPDATE attribute SET version = $3 WHERE visitor = $1 AND name = $2 AND version <= $4",
      [visitor, name, versionNow + 1, version],
    );
  }
  if (kept === 0) return;
  await tx.run("UPDATE visitor SET version = $2 WHERE visitor = $1", [visitor, versionNow + 1]);
  if (versionNow > version) return;
  await tx.run("UPDATE visitor SET state = 'dead', reason = $2, dead_ms = $3 WHERE visitor = $1", [
    visitor,
    reason,
    atMs,
  ]);
}
