import { expect } from "vitest";
import { memberCard } from "./cards.ts";
import type { aListener } from "./listener.ts";
import { createRawKiosk } from "./raw-kiosk.ts";

type Listener = Awaited<ReturnType<typeof aListener>>;

/** Where the kiosk stands that has nothing to do with an attack. */
const BYSTANDER = { storeId: "bystander", kioskId: "door" };

/** Rows of a list that are looked at: more than any test here makes. */
const ALL = 10_000;

/** All that a request can change at a listener, as a text; the bystander's own doings left out. */
export async function stateOf({ store, clock }: Listener): Promise<string> {
  const isOthers = ({ storeId }: { readonly storeId: string }) => storeId !== BYSTANDER.storeId;
  const figures = await store.figures(clock.wallMs(), 0);
  const { receipts } = await store.receipts({ limit: ALL });
  return JSON.stringify({
    devices: (await store.keyedDevices()).filter(({ device }) => isOthers(device)),
    updates: receipts.filter(isOthers),
    kiosks: figures.kiosks.filter(isOthers),
    incidents: (await store.incidents(ALL)).filter(isOthers),
    held: await store.held(ALL),
    deadLetters: await store.deadLetters(ALL),
    audit: await store.audit(ALL),
  });
}

/**
 * Gives what an attack was answered, and holds that it changed nothing and kept nobody waiting: a
 * paired kiosk from the same address hands in a scan while it goes on, and another one after it, each
 * at its first try.
 */
export async function changesNothing<T>(listener: Listener, attack: () => Promise<T>): Promise<T> {
  const bystander = await createRawKiosk(listener, BYSTANDER);
  const before = await stateOf(listener);
  const scan = async (index: number) => {
    const id = bystander.add(memberCard(900_000 + index));
    expect(await bystander.send()).toEqual([{ id, verdict: "accepted" }]);
  };
  const [answer] = await Promise.all([attack(), scan(1)]);
  await scan(2);
  expect(await stateOf(listener)).toBe(before);
  return answer;
}
