import { existsSync } from "node:fs";
import type { Clock } from "../../domain/clock.ts";
import { readKeysFile } from "../keys/keys-file.ts";
import type { Settings } from "../settings.ts";
import { createHmacIds } from "../visitor-ids/hmac-ids.ts";
import { openIdFile } from "../visitor-ids/id-file.ts";
import { createIdService } from "../visitor-ids/id-service.ts";
import type { MappedId, VisitorIds } from "../visitor-ids/visitor-ids.ts";
import type { FormText, FormTexts } from "./form-table.ts";

/** Ours: a service of the site's that fails so often about one card is not there. */
const TRIES = 3;

/** Ours: a service asked too often says to come back within a second; that is no failure. */
const BUDGET_WAIT_MS = 1_000;

/** The cards' keyed hashes, if this installation has a key. Throws a `StartupError` on a bad file. */
export async function hmacForm(
  { keysFile }: Pick<Settings, "keysFile">,
  cards: readonly string[],
): Promise<FormTexts> {
  if (!existsSync(keysFile)) {
    return notTried("there is no KEYS_FILE yet; npm run keys -- make makes one");
  }
  const { visitorIdKey } = readKeysFile(keysFile);
  return textsFrom(createHmacIds(visitorIdKey), cards, async () => {});
}

/** The site's own ids of the cards, if it was said where they are. Throws on a bad file. */
export async function lookupForm(
  { visitorIds: settings }: Pick<Settings, "visitorIds">,
  cards: readonly string[],
  clock: Pick<Clock, "monoMs">,
  wait: (delayMs: number) => Promise<unknown>,
): Promise<FormTexts> {
  const { monoMs } = clock;
  switch (settings.mode) {
    case "card":
    case "hmac":
      return notTried("it needs VISITOR_ID_MODE=lookup and VISITOR_ID_LOOKUP");
    case "lookup-file":
      return textsFrom(await openIdFile({ file: settings.file, monoMs }), cards, wait);
    case "lookup-url":
      return textsFrom(createIdService({ ...settings, monoMs }), cards, wait);
  }
}

/** All cards' ids, or that they cannot be had: some of them would be no sample of all. */
async function textsFrom(
  ids: VisitorIds,
  cards: readonly string[],
  wait: (delayMs: number) => Promise<unknown>,
): Promise<FormTexts> {
  const texts: FormText[] = [];
  try {
    for (const card of cards) {
      const mapped = await ask(ids, card, wait);
      if (mapped.type === "unavailable") {
        return notTried("the service in VISITOR_ID_LOOKUP gave no answer that can be used");
      }
      texts.push(mapped.type === "mapped" ? mapped.visitor.value : undefined);
    }
  } finally {
    await ids.close();
  }
  return { type: "tried", texts };
}

async function ask(
  ids: VisitorIds,
  card: string,
  wait: (delayMs: number) => Promise<unknown>,
): Promise<MappedId> {
  for (let failures = 0; ;) {
    const mapped = await ids.idFor({ kind: "member", value: card });
    if (mapped.type !== "unavailable") return mapped;
    if (mapped.retryAfterMs > BUDGET_WAIT_MS) failures += 1;
    if (failures === TRIES) return mapped;
    await wait(Math.min(mapped.retryAfterMs, BUDGET_WAIT_MS));
  }
}

function notTried(why: string): FormTexts {
  return { type: "not-tried", why };
}
