import { randomUUID } from "node:crypto";
import path from "node:path";
import { expect, it } from "vitest";
import { SEALING_KEY_PATH, SealingKey } from "../../src/contract/sealing.ts";
import { KEY_LIFETIME_MS, rotateKey } from "../../src/kiosk/key-rotation.ts";
import type { Identity } from "../../src/outbox/identity.ts";
import { readKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { memberCard } from "../support/cards.ts";
import { mergedTwice, readJournal } from "../support/journal.ts";
import { createRawKiosk, type RawKiosk } from "../support/raw-kiosk.ts";
import { runCommand, startSystem, type System } from "../support/system.ts";
import { pause, waitFor } from "../support/wait.ts";

const KIOSKS = 4;
const ROTATIONS = 3;

/** Ours: below what the flood limit holds back, and many times a kiosk's real pace. */
const BETWEEN_SENDS_MS = 60;

/** A kiosk that never stops: captures, sends what it owes, asks which key to seal to, changes its own. */
interface BusyKiosk {
  readonly added: readonly string[];
  /** Keys of its own it has had. */
  readonly keyIds: ReadonlySet<string>;
  /** Brings its next key before it sends again. */
  readonly changeKey: () => void;
  /** Ends the capturing, and sends until nothing is owed. */
  readonly finish: () => Promise<void>;
}

function startBusyKiosk(system: System, first: RawKiosk, index: number): BusyKiosk {
  const added: string[] = [];
  const keyIds = new Set([first.identity.keyId]);
  let kiosk = first;
  const asked = { keys: 1, captures: true };

  const round = async (): Promise<void> => {
    if (asked.captures) added.push(kiosk.add(memberCard(index * 10_000 + added.length)));
    if (keyIds.size < asked.keys) {
      kiosk = kiosk.signingWith(await withNextKey(kiosk));
      keyIds.add(kiosk.identity.keyId);
    }
    // While the proxy is away, or stops, everything stays owed and the old key is sealed to.
    const answer = await fetch(system.kioskUrl + SEALING_KEY_PATH);
    await kiosk.sealTo(SealingKey.parse(await answer.json()));
    await kiosk.send();
  };
  const work = (async () => {
    while (asked.captures || kiosk.owed().length > 0 || keyIds.size < asked.keys) {
      await round().catch(() => undefined); // Told by what is missing in the end.
      await pause(BETWEEN_SENDS_MS);
    }
  })();
  return {
    added,
    keyIds,
    changeKey: () => {
      asked.keys += 1;
    },
    finish: () => {
      asked.captures = false;
      return work;
    },
  };
}

/** As if the key had served its time; throws when the proxy did not take the next one. */
async function withNextKey({ identity, fetch }: RawKiosk): Promise<Identity> {
  let latest = identity;
  const isNew = await rotateKey(identity, identity.madeMs + KEY_LIFETIME_MS, {
    fetch,
    subtle: crypto.subtle,
    newNonce: randomUUID,
    keep: async (next) => void (latest = next),
  });
  if (!isNew) throw new Error("The next key was not taken.");
  return latest;
}

it("[IN6] [AU1] [PV8] sealing, storage and device keys rotate again and again under load: each update is there once", async () => {
  const system = await startSystem();
  try {
    const keysFile = path.join(system.dataDir, "keys.json");
    const rotate = async (kind: "sealing" | "storage") => {
      const { code, stderr } = await runCommand("keys", ["rotate", kind], {
        DATA_DIR: system.dataDir,
      });
      expect(stderr).toBe("");
      expect(code).toBe(0);
      return readKeysFile(keysFile)[kind][0]!.kid;
    };
    const kiosks: BusyKiosk[] = [];
    for (let index = 0; index < KIOSKS; index += 1) {
      const stand = { kioskId: `kiosk-${index}` };
      kiosks.push(startBusyKiosk(system, await createRawKiosk(system, stand), index));
    }
    const eachGoesOn = async () => {
      const before = kiosks.map(({ added }) => added.length);
      await waitFor("every kiosk to have captured more", () =>
        kiosks.every(({ added }, index) => added.length > before[index]! + 1),
      );
    };

    const sealingKids = new Set<string>([readKeysFile(keysFile).sealing[0]!.kid]);
    for (let count = 1; count <= ROTATIONS; count += 1) {
      await eachGoesOn();
      const kid = await rotate("sealing");
      sealingKids.add(kid);
      await waitFor("the proxy to take up the sealing key", async () => {
        const answer = await fetch(system.kioskUrl + SEALING_KEY_PATH);
        return SealingKey.parse(await answer.json()).kid === kid;
      });
      for (const kiosk of kiosks) kiosk.changeKey();
      await rotate("storage");
      await system.kill(count % 2 === 0 ? "SIGKILL" : "SIGTERM");
      await system.restart();
    }
    await eachGoesOn();
    await Promise.all(kiosks.map(({ finish }) => finish()));

    expect(sealingKids.size).toBe(ROTATIONS + 1);
    expect(readKeysFile(keysFile).storage).toHaveLength(ROTATIONS + 1);
    for (const { keyIds } of kiosks) expect(keyIds.size).toBe(ROTATIONS + 1);
    const rows = readJournal(system.dataDir);
    const added = kiosks.flatMap((kiosk) => kiosk.added);
    expect(rows.map(({ id }) => id).toSorted()).toEqual(added.toSorted());
    expect(mergedTwice(rows)).toEqual([]);
    // And everybody's id can still be read, whichever key it was sealed under.
    const cards = kiosks.flatMap(({ added: ids }, index) =>
      ids.map((_id, number) => `member:${memberCard(index * 10_000 + number)}`),
    );
    expect(rows.map(({ visitor }) => visitor).toSorted()).toEqual(cards.toSorted());
  } finally {
    await system.stop();
  }
}, 180_000);
