import type { Role } from "../../contract/admin.ts";
import type { AnswerName, RequestName } from "./schemas.ts";

/** One route of a listener, as far as it can be told in OpenAPI. */
export interface Operation {
  readonly method: "get" | "post" | "delete";
  /** As it is mounted: `:name` for a parameter, `*` for any path. */
  readonly path: string;
  readonly summary: string;
  /** Who may ask: anybody, a kiosk that signs, or these roles. */
  readonly access: "anybody" | "kiosk" | readonly Role[];
  readonly body?: RequestName;
  /** What may stand in the query, and what it says. */
  readonly query?: Readonly<Record<string, string>>;
  readonly answer: Answer;
}

export interface Answer {
  readonly status: 200 | 201 | 204;
  /** The same, with more to be done. */
  readonly also?: 202;
  /** JSON as this schema says; else `type`, or nothing. */
  readonly schema?: AnswerName;
  readonly type?: string;
}
