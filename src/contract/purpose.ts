import * as z from "zod/mini";

/** Names a purpose of processing, in configurations and on receipts. */
export const PurposeId = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/));
