import type { FastifyInstance } from "fastify";
import * as z from "zod";
import {
  RECEIPTS_PATH,
  TEXTS_PATH,
  VISITOR_RECEIPTS_PATH,
  type ConsentReceipt,
  type ReceiptsPage,
  type VisitorReceipts,
} from "../../contract/consent-receipts.ts";
import { PrivacyRequest } from "../../contract/privacy.ts";
import type { ConfigBook } from "../config-book.ts";
import { whereOf } from "../issue-words.ts";
import { parseJson } from "../parse-json.ts";
import { replyProblem } from "../problem-reply.ts";
import type { ReceiptCursor, Store } from "../store/store.ts";

export interface ReceiptRoutesDeps {
  readonly store: Pick<Store, "receipts">;
  readonly book: Pick<ConfigBook, "textOf" | "textsOf">;
}

/** Ours: receipts read at once; a page is about 400 kB. */
const PAGE = 1_000;

/** Mounts the proof of why anything was kept: the receipts, and the words that were shown. */
export function routeReceipts(admin: FastifyInstance, { store, book }: ReceiptRoutesDeps): void {
  admin.get<{ Params: { hash: string } }>(
    `${TEXTS_PATH}/:hash`,
    { config: { access: ["viewer", "operator", "privacy"] } },
    async (request, reply) =>
      book.textOf(request.params.hash) ??
      replyProblem(reply, "not-found", "No text of that hash was ever published here."),
  );

  admin.get<{ Querystring: { after?: string } }>(
    RECEIPTS_PATH,
    { config: { access: ["privacy", "operator"], act: "receipts" } },
    async (request, reply) => {
      const after = cursorFrom(request.query.after);
      if (after === null) {
        return replyProblem(reply, "invalid-body", "after: must be what the page before said.");
      }
      const { receipts, next } = await store.receipts({ after, limit: PAGE });
      const page: ReceiptsPage = { receipts: [...receipts] };
      return next === undefined ? page : { ...page, next: textOf(next) };
    },
  );

  const config = { access: ["privacy", "operator"] as const, act: "visitor-receipts" };
  admin.post(VISITOR_RECEIPTS_PATH, { config }, async (request, reply) => {
    const asked = PrivacyRequest.safeParse(parseJson(request.body));
    if (!asked.success) return replyProblem(reply, "invalid-body", `${whereOf(asked.error)}.`);
    const receipts: ConsentReceipt[] = [];
    for (let after: ReceiptCursor | undefined; ;) {
      const page = await store.receipts({ visitor: asked.data, after, limit: PAGE });
      receipts.push(...page.receipts);
      after = page.next;
      if (after === undefined) break;
    }
    const shown = receipts.flatMap(({ ground }) => book.textsOf(ground));
    const texts = [...new Map(shown.map((text) => [text.hash, text])).values()];
    return { receipts, texts } satisfies VisitorReceipts;
  });
}

const Cursor = z.tuple([z.string(), z.coerce.number().int(), z.coerce.number().int()]);

function textOf({ epoch, seq, copy }: ReceiptCursor): string {
  return `${epoch}.${seq}.${copy}`;
}

/** `null` when it is none. */
function cursorFrom(text: string | undefined): ReceiptCursor | undefined | null {
  if (text === undefined) return undefined;
  const parsed = Cursor.safeParse(text.split("."));
  if (!parsed.success) return null;
  const [epoch, seq, copy] = parsed.data;
  return { epoch, seq, copy };
}
