import * as z from "zod";
import type { VisitorId } from "../domain/visitor-id.ts";
import { Instant } from "./instant.ts";

/** Which requests a fault befalls; all update calls when absent. */
const Match = z.strictObject({
  /** `any` is every request to Target, its time included. */
  route: z.enum(["update", "fetch", "token", "bulk", "batch-status", "any"]).default("update"),
  kind: z.enum(["member", "browser"]).optional(),
  /** The visitor's id, case-sensitive. */
  value: z.string().optional(),
});

const script = {
  /** How many requests suffer it before it is over: 1, or no end when `share` or `until` is given. */
  times: z.int().min(1).optional(),
  /** The first request to suffer it, counted from 1 among those that match since it was armed. */
  nth: z.int().min(1).optional(),
  /** Which share of the requests suffers it, drawn for each. */
  share: z.number().gt(0).max(1).optional(),
  /** The moment on Target's clock at which it is over. */
  until: Instant.optional(),
  match: Match.default({ route: "update" }),
};

const DelayMs = z.number().min(0).max(600_000);

/**
 * What the matching requests suffer, first come first served. What a script asks for must all hold.
 * Delays are real milliseconds.
 */
export const Fault = z.discriminatedUnion("type", [
  /** Answered by something in front of Target; without effect. */
  z.strictObject({
    type: z.literal("status"),
    status: z.int().min(200).max(599),
    retryAfter: z.union([z.string(), z.int().min(0)]).optional(),
    body: z.string().default(""),
    ...script,
  }),
  /** Takes effect at once, answered late. */
  z.strictObject({ type: z.literal("delay"), delayMs: DelayMs, ...script }),
  /** Held up on its way: arrives, is counted and takes effect late. */
  z.strictObject({ type: z.literal("late-arrival"), delayMs: DelayMs, ...script }),
  /** Takes effect; the connection breaks before the answer. */
  z.strictObject({ type: z.literal("lost-reply"), ...script }),
  /** The connection breaks on the way there; without effect and not counted. */
  z.strictObject({ type: z.literal("lost-call"), ...script }),
  /** Takes effect; half of the answer arrives. */
  z.strictObject({ type: z.literal("half-answer"), ...script }),
  /** Status 200 and `<success>false</success>`; without effect. */
  z.strictObject({
    type: z.literal("refused-body"),
    message: z.string().default("Request could not be processed"),
    ...script,
  }),
  /** Status 200 and a captive portal's page; without effect and not counted. */
  z.strictObject({ type: z.literal("html"), ...script }),
]);
export type Fault = z.infer<typeof Fault>;

/** A fault that is waiting for its requests, and how many that match it has seen. */
export type ArmedFault = Fault & { readonly seen: number };

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
  readonly list: () => readonly ArmedFault[];
  readonly clear: () => void;
}

export function createFaults(options: {
  readonly nowMs: () => number;
  readonly random: () => number;
}): Faults {
  let waiting: ArmedFault[] = [];

  const dropOver = () => {
    const nowMs = options.nowMs();
    waiting = waiting.filter(({ until }) => until === undefined || nowMs < until);
  };
  const isChosen = ({ nth = 1, share = 1, seen }: ArmedFault) =>
    seen >= nth && (share === 1 || options.random() < share);

  return {
    inject: (faults) => void waiting.push(...faults.map(armed)),
    take: (subject) => {
      if (waiting.length === 0) return undefined;
      dropOver();
      // Every fault sees every request that matches it, also those that suffer another.
      waiting = waiting.map((each) =>
        doesMatch(each.match, subject) ? { ...each, seen: each.seen + 1 } : each,
      );
      const fault = waiting.find((each) => doesMatch(each.match, subject) && isChosen(each));
      if (fault === undefined) return undefined;
      waiting = waiting.flatMap((each) => (each === fault ? usedOnce(each) : [each]));
      return fault;
    },
    list: () => {
      dropOver();
      return waiting;
    },
    clear: () => {
      waiting = [];
    },
  };
}

function armed(fault: Fault): ArmedFault {
  const isEndless = fault.share !== undefined || fault.until !== undefined;
  const times = fault.times ?? (isEndless ? undefined : 1);
  return { ...fault, ...(times === undefined ? {} : { times }), seen: 0 };
}

function usedOnce(fault: ArmedFault): readonly ArmedFault[] {
  if (fault.times === undefined) return [fault];
  return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
}

function doesMatch(match: Fault["match"], subject: FaultSubject): boolean {
  if (match.route !== "any" && match.route !== subject.route) return false;
  if (match.kind !== undefined && match.kind !== subject.visitor?.kind) return false;
  return match.value === undefined || match.value === subject.visitor?.value;
}
