import { PLAIN_KEY_ID, type Entry } from "../contract/entry.ts";

/** What an entry's opaque body turned out to be. */
export type OpenedBody =
  | { readonly type: "opened"; readonly text: string }
  /** Sealed to a key we do not have, or not any more: the kiosk keeps it (rule IN6). */
  | { readonly type: "unknown-key" };

export type OpenBody = (entry: Entry) => Promise<OpenedBody> | OpenedBody;

/** Bodies that are JSON text as they stand. */
export function openPlainBody({ header, body }: Entry): OpenedBody {
  return header.kid === PLAIN_KEY_ID ? { type: "opened", text: body } : { type: "unknown-key" };
}
