import type { Clock } from "../../domain/clock.ts";
import type { Keys } from "../keys/keys.ts";
import type { VisitorIdSettings } from "../settings.ts";
import { createHmacIds } from "./hmac-ids.ts";
import { openIdFile } from "./id-file.ts";
import { createIdService } from "./id-service.ts";
import { cardIds, type VisitorIds } from "./visitor-ids.ts";

/** The visitor ids the settings ask for. Throws a `StartupError` when they cannot be had. */
export async function openVisitorIds(
  settings: VisitorIdSettings,
  keys: Pick<Keys, "visitorIdKey">,
  clock: Pick<Clock, "monoMs">,
  log?: { readonly warn: (details: object, message: string) => void },
): Promise<VisitorIds> {
  const { monoMs } = clock;
  switch (settings.mode) {
    case "card":
      return cardIds;
    case "hmac":
      return createHmacIds(keys.visitorIdKey);
    case "lookup-file":
      return openIdFile({ file: settings.file, monoMs, log });
    case "lookup-url":
      return createIdService({ ...settings, monoMs });
  }
}
