import * as z from "zod";
import type { VisitorId } from "../domain/visitor-id.ts";

/** Which requests a fault befalls; all update calls when absent. */
const Match = z.strictObject({
  /** `any` is every request to Target, its time included. */
  route: z.enum(["update", "fetch", "token", "bulk", "batch-status", "any"]).default("update"),
  kind: z.enum(["member", "browser"]).optional(),
  /** The visitor's id, case-sensitive. */
  value: z.string().optional(),
});

const shared = {
  /** How many requests suffer it before it is over. */
  times: z.int().min(1).default(1),
  match: Match.default({ route: "update" }),
};

const DelayMs = z.number().min(0).max(600_000);

/** What the next matching requests suffer, first come first served. Delays are real milliseconds. */
export const Fault = z.discriminatedUnion("type", [
  /** Answered by something in front of Target; without effect. */
  z.strictObject({
    type: z.literal("status"),
    status: z.int().min(200).max(599),
    retryAfter: z.union([z.string(), z.int().min(0)]).optional(),
    body: z.string().default(""),
    ...shared,
  }),
  /** Takes effect at once, answered late. */
  z.strictObject({ type: z.literal("delay"), delayMs: DelayMs, ...shared }),
  /** Held up on its way: arrives, is counted and takes effect late. */
  z.strictObject({ type: z.literal("late-arrival"), delayMs: DelayMs, ...shared }),
  /** Takes effect; the connection breaks before the answer. */
  z.strictObject({ type: z.literal("lost-reply"), ...shared }),
  /** The connection breaks on the way there; without effect and not counted. */
  z.strictObject({ type: z.literal("lost-call"), ...shared }),
  /** Takes effect; half of the answer arrives. */
  z.strictObject({ type: z.literal("half-answer"), ...shared }),
  /** Status 200 and `<success>false</success>`; without effect. */
  z.strictObject({
    type: z.literal("refused-body"),
    message: z.string().default("Request could not be processed"),
    ...shared,
  }),
  /** Status 200 and a captive portal's page; without effect and not counted. */
  z.strictObject({ type: z.literal("html"), ...shared }),
]);
export type Fault = z.infer<typeof Fault>;

export const FaultList = z.array(Fault).max(1_000);

/** What a request is about, as far as faults can tell requests apart. */
export interface FaultSubject {
  readonly route: "update" | "fetch" | "token" | "bulk" | "batch-status" | "time";
  readonly visitor?: VisitorId | undefined;
}

export interface Faults {
  readonly inject: (faults: readonly Fault[]) => void;
  /** The fault this request suffers, if any; it is used up by one. */
  readonly take: (subject: FaultSubject) => Fault | undefined;
  /** What is still to come. */
  readonly list: () => readonly Fault[];
  readonly clear: () => void;
}

export function createFaults(): Faults {
  let waiting: Fault[] = [];
  return {
    inject: (faults) => void waiting.push(...faults),
    take: (subject) => {
      const fault = waiting.find((each) => doesMatch(each.match, subject));
      if (fault === undefined) return undefined;
      waiting = waiting.flatMap((each) => {
        if (each !== fault) return [each];
        return each.times > 1 ? [{ ...each, times: each.times - 1 }] : [];
      });
      return fault;
    },
    list: () => waiting,
    clear: () => {
      waiting = [];
    },
  };
}

function doesMatch(match: Fault["match"], subject: FaultSubject): boolean {
  if (match.route !== "any" && match.route !== subject.route) return false;
  if (match.kind !== undefined && match.kind !== subject.visitor?.kind) return false;
  return match.value === undefined || match.value === subject.visitor?.value;
}
