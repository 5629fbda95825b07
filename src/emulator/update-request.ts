import type { FastifyRequest } from "fastify";
import { err, ok, type Result } from "../domain/result.ts";
import { MAX_VISITOR_ID_LENGTH, type VisitorId } from "../domain/visitor-id.ts";
import { parseParameters, type Parameters } from "./parameters.ts";
import { bodyOf } from "./request-body.ts";
import type { SwitchName, Switches, TurnedDown } from "./switches.ts";

/** What a call to the Single Profile Update API asks for. */
export interface UpdateRequest {
  /** One, unless both ids may be updated by one call; none when it cannot be told. */
  readonly visitors: readonly VisitorId[];
  /** All that were sent, names without their prefix. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What is wrong with it, which switch decides what becomes of that, and where that stands. */
  readonly problem: UpdateProblem | undefined;
}

export interface UpdateProblem {
  readonly by: SwitchName;
  readonly form: TurnedDown;
  readonly message: string;
}

export function readUpdate(request: FastifyRequest, switches: Switches): UpdateRequest {
  const parameters = parametersOf(request, switches);
  if (!parameters.ok) return { visitors: [], attributes: {}, problem: parameters.error };
  const visitors = visitorsOf(parameters.value, switches);
  const attributes = attributesOf(parameters.value);
  return {
    visitors: visitors.ok ? visitors.value : [],
    attributes,
    problem: visitors.ok
      ? problemWith(parameters.value, visitors.value, attributes, switches)
      : visitors.error,
  };
}

function parametersOf(
  request: FastifyRequest,
  switches: Switches,
): Result<Parameters, UpdateProblem> {
  const query = request.raw.url?.split("?").slice(1).join("?") ?? "";
  const isQueryRead = request.method === "GET" || switches.postQuery === "read";
  const body = bodyOf(request);
  const parts = [isQueryRead ? query : "", body.type === "form" ? body.latin1 : ""];
  const parameters = parseParameters(parts, switches.duplicatedParameter);
  if (!parameters.ok) {
    return err({ by: "badEncoding", form: switches.badEncoding, message: parameters.error });
  }
  if (body.type !== "json" || switches.jsonBody === "ignored") return parameters;
  return ok(new Map([...parameters.value, ...jsonParameters(body.latin1)]));
}

/** A JSON object's members, numbers and booleans as their texts. What is no object means nothing. */
function jsonParameters(latin1: string): readonly (readonly [string, string])[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(latin1, "latin1").toString("utf8"));
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value)
      .filter(([, each]) => ["string", "number", "boolean"].includes(typeof each))
      .map(([name, each]) => [name, String(each)]);
  } catch {
    // Whether such a body is read at all is a guess already; a broken one is as good as none.
    return [];
  }
}

/** Adobe does not say what happens with both ids or none; the switches do. */
function visitorsOf(
  parameters: Parameters,
  switches: Switches,
): Result<readonly VisitorId[], UpdateProblem> {
  const browserId = parameters.get("mboxPC");
  const memberId = parameters.get("mbox3rdPartyId");
  const browsers: VisitorId[] = browserId ? [{ kind: "browser", value: browserId }] : [];
  const members: VisitorId[] = memberId ? [{ kind: "member", value: memberId }] : [];
  if (browsers.length === 0 && members.length === 0) {
    const message = "Neither mboxPC nor mbox3rdPartyId";
    return err({ by: "noId", form: switches.noId, message });
  }
  if (browsers.length === 0 || members.length === 0) return ok([...browsers, ...members]);
  switch (switches.bothIds) {
    case "member-counts":
      return ok(members);
    case "browser-counts":
      return ok(browsers);
    case "both-updated":
      return ok([...browsers, ...members]);
    default:
      return err({
        by: "bothIds",
        form: switches.bothIds,
        message: "Both mboxPC and mbox3rdPartyId",
      });
  }
}

const PREFIX = "profile.";

/** Source: "Specify the profile parameters in the format `profile.paramName=value`". */
function attributesOf(parameters: Parameters): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...parameters]
      .filter(([name]) => name.startsWith(PREFIX) && name !== PREFIX)
      .map(([name, value]) => [name.slice(PREFIX.length), value]),
  );
}

function problemWith(
  parameters: Parameters,
  visitors: readonly VisitorId[],
  attributes: Readonly<Record<string, string>>,
  switches: Switches,
): UpdateProblem | undefined {
  const { forbiddenIdCharacter, idTooLong, otherParameter } = switches;
  // Source: "You cannot send the following characters in mbox3rdPartyID: plus sign (+) and forward slash (/)".
  const isForbidden = visitors.some(({ kind, value }) => kind === "member" && /[+/]/.test(value));
  if (isForbidden && forbiddenIdCharacter !== "accepted") {
    const message = "Illegal mbox3rdPartyId";
    return { by: "forbiddenIdCharacter", form: forbiddenIdCharacter, message };
  }
  if (idTooLong !== "accepted" && visitors.some((visitor) => isTooLong(visitor, switches))) {
    return { by: "idTooLong", form: idTooLong, message: "The id is too long" };
  }
  if (Object.keys(attributes).length === 0) {
    return { by: "noAttributes", form: switches.noAttributes, message: "No profile parameters" };
  }
  if (otherParameter === "refused-body" && [...parameters.keys()].some(isOther)) {
    return { by: "otherParameter", form: otherParameter, message: "Unknown parameter" };
  }
  return undefined;
}

function isTooLong({ kind, value }: VisitorId, { memberIdMaxLength }: Switches): boolean {
  return value.length > (kind === "member" ? memberIdMaxLength : MAX_VISITOR_ID_LENGTH);
}

function isOther(name: string): boolean {
  return name !== "mboxPC" && name !== "mbox3rdPartyId" && !name.startsWith(PREFIX);
}
