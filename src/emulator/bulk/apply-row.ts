import { applyUpdate, put, remove, type PendingUpdate, type Profile } from "../profile.ts";
import type { Switches } from "../switches.ts";
import type { DueRow } from "./backlog.ts";
import { layerAfter, takenBack } from "./batch-layer.ts";

/** A row of a batch takes effect: like a single update, over what the v2 batch before it set. */
export function applyRow(profile: Profile, row: DueRow, over: Switches["profileOver64K"]): void {
  const update: PendingUpdate = {
    attributes: row.attributes,
    effectMs: row.effectMs,
    emptyValue: "ignored",
    onDropped: undefined,
  };
  if (!row.doesOverride) return applyUpdate(profile, update, over);
  const { layer, visitedAfter } = profile;
  for (const [name, attribute] of takenBack(profile.attributes, layer, visitedAfter, row.batch)) {
    if (attribute === undefined) remove(profile, name);
    else put(profile, new Map([[name, attribute]]));
  }
  const before = new Map(profile.attributes);
  applyUpdate(profile, update, over);
  profile.layer = layerAfter(layer, row.batch, before, profile.attributes);
}
