import { loadOf } from "../outbox/held.ts";
import type { Holds } from "../outbox/idb-holds.ts";

const LOCK = "tarjeta-page-";

/**
 * Lets go of what pages held that live no more: nobody can take it back, so it is sent with this page's
 * first flush (rule PV5). A page lives as long as it holds a lock of its name, which ends with it however
 * it ends; another tab's holds stay.
 *
 * @param segment of this page's clocks
 */
export async function releaseHeld(
  holds: Pick<Holds, "releaseHeld">,
  segment: string,
  locks: Pick<LockManager, "request" | "query"> = navigator.locks,
): Promise<void> {
  const load = loadOf(segment);
  await new Promise<void>((held, failed) => {
    locks
      .request(LOCK + load, () => {
        held();
        return new Promise(() => undefined); // For as long as the page lives.
      })
      .catch(failed);
  });
  const { held = [] } = await locks.query();
  const names = held.flatMap(({ name }) =>
    name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : [],
  );
  await holds.releaseHeld(new Set(names));
}
