import type { DeliveryOutcome } from "../../domain/delivery-outcome.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import { profileLookFrom, type ProfileLook } from "./profile-answer.ts";
import { reasonWithout, withoutVisitor } from "./redact.ts";
import {
  createTargetConnection,
  type ConnectionOptions,
  type TargetAnswer,
  type TargetConnection,
} from "./target-connection.ts";
import { failureFrom, outcomeFromAnswer } from "./target-outcome.ts";
import { DEFAULT_MAX_VALUE_LENGTH, problemOfVisitor } from "./update-limits.ts";
import {
  planCalls,
  updateParameters,
  type CallPlan,
  type TargetAttribute,
  type UpdateMethod,
} from "./update-request.ts";

export interface TargetOptions extends ConnectionOptions {
  readonly method?: UpdateMethod | undefined;
  /** Longest value that is sent, in UTF-16 code units; what is longer is refused, never cut. */
  readonly maxValueLength?: number | undefined;
}

/** What came of one update call. */
export interface UpdateResult {
  readonly outcome: DeliveryOutcome;
  /**
   * Nothing was sent, so that the charge may be given back (rule QT2). With `refused`: the refusal is
   * ours, and certain.
   */
  readonly neverLeft: boolean;
  /** Target's `Date`, in milliseconds since 1970, when there was an answer. */
  readonly dateMs?: number | undefined;
}

export interface ProfileResult {
  readonly look: ProfileLook;
  readonly dateMs?: number | undefined;
}

/** Adobe Target's profile APIs. No method throws; no outcome holds a visitor's id (rule PV2). */
export interface TargetClient {
  readonly timeoutMs: number;
  /**
   * The calls that `attributes` need: one, unless their size forces more. What Target might not keep
   * as it is stands in none of them, but under `refused`.
   */
  readonly planCalls: <A extends TargetAttribute>(
    visitor: VisitorId,
    attributes: readonly A[],
  ) => CallPlan<A>;
  /** One update call, as planned; anything else is refused before it leaves. */
  readonly update: (
    visitor: VisitorId,
    attributes: readonly TargetAttribute[],
  ) => Promise<UpdateResult>;
  /** Reads a profile. Not charged. */
  readonly fetchProfile: (visitor: VisitorId) => Promise<ProfileResult>;
  /** What time it is at Target, to the second; nothing when it does not answer. Not charged. */
  readonly timeMs: () => Promise<number | undefined>;
  readonly close: () => Promise<void>;
}

/** Ours: an acknowledgement has 120 bytes. */
const MAX_ANSWER_BYTES = 65_536;

/** Ours: a profile of 64 KB with a time beside every attribute, and room for what older ones hold. */
const MAX_PROFILE_BYTES = 4_194_304;

export function createTargetClient(options: TargetOptions): TargetClient {
  return targetClientOver(createTargetConnection(options), options);
}

/** The client over a connection that others use too. */
export function targetClientOver(
  connection: TargetConnection,
  options: Pick<TargetOptions, "method" | "maxValueLength"> = {},
): TargetClient {
  const { method = "POST", maxValueLength = DEFAULT_MAX_VALUE_LENGTH } = options;
  const { timeoutMs, request } = connection;
  const client = encodeURIComponent(connection.client);
  const updatePath = `/m2/${client}/profile/update`;
  const overheadBytes = new URL(connection.origin).origin.length + updatePath.length + "?".length;
  const limits = { method, overheadBytes, maxValueLength };

  return {
    timeoutMs,
    planCalls: (visitor, attributes) => {
      const plan = planCalls(visitor, attributes, limits);
      const { refused } = plan;
      if (refused === undefined) return plan;
      return { ...plan, refused: { ...refused, reason: reasonWithout(refused.reason, visitor) } };
    },
    update: async (visitor, attributes) => {
      const { calls, refused } = planCalls(visitor, attributes, limits);
      if (refused !== undefined || calls.length !== 1) {
        const reason = reasonWithout(refused?.reason ?? `needs ${calls.length} calls`, visitor);
        return { outcome: { type: "refused", reason }, neverLeft: true };
      }
      const parameters = updateParameters(visitor, attributes);
      const call =
        method === "GET"
          ? ({ method, path: `${updatePath}?${parameters}` } as const)
          : ({ method, path: updatePath, headers: FORM, body: parameters } as const);
      try {
        const answer = await request({ ...call, maxBytes: MAX_ANSWER_BYTES });
        const outcome = outcomeFromAnswer(
          { status: answer.status, body: answer.body, retryAfter: retryAfterFrom(answer.headers) },
          answer.dateMs ?? 0,
        );
        return {
          outcome: withoutVisitor(outcome, visitor),
          neverLeft: false,
          dateMs: answer.dateMs,
        };
      } catch (error) {
        const { reason, neverLeft } = failureFrom(error);
        return { outcome: { type: "unavailable", reason }, neverLeft };
      }
    },
    fetchProfile: async (visitor) => {
      const problem = problemOfVisitor(visitor);
      if (problem !== undefined) {
        return { look: { type: "unavailable", reason: `fetch: ${problem}` } };
      }
      const by = visitor.kind === "member" ? "thirdPartyId/" : "";
      const path = `/rest/v1/profiles/${by}${encodeURIComponent(visitor.value)}?client=${client}`;
      try {
        const answer = await request({ method: "GET", path, maxBytes: MAX_PROFILE_BYTES });
        return { look: profileLookFrom(answer.status, answer.body), dateMs: answer.dateMs };
      } catch (error) {
        return { look: { type: "unavailable", reason: `fetch: ${failureFrom(error).reason}` } };
      }
    },
    timeMs: async () => {
      try {
        return (await request({ ...TIME_REQUEST, maxBytes: MAX_ANSWER_BYTES })).dateMs;
      } catch {
        // Any error means the same to the caller: Target has not told the time.
        return undefined;
      }
    },
    close: connection.close,
  };
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };

const TIME_REQUEST = { method: "HEAD", path: "/", authorize: false } as const;

function retryAfterFrom(headers: TargetAnswer["headers"]): string | null {
  const value = headers["retry-after"];
  return typeof value === "string" ? value : null;
}
