import type { FastifyInstance } from "fastify";
import { REDRIVE_PATH, RedriveRequest, type RedriveProgress } from "../../contract/dead-letters.ts";
import { whereOf } from "../issue-words.ts";
import { parseJson } from "../parse-json.ts";
import { replyProblem } from "../problem-reply.ts";
import type { Redrive } from "../redrive.ts";

/** Dead letters put back as owed by an operator, and how far that is (rule FT3). */
export function routeRedrive(
  admin: FastifyInstance,
  redrive: Pick<Redrive, "begin" | "one" | "progress">,
): void {
  admin.get(
    REDRIVE_PATH,
    { config: { access: ["viewer", "marketer", "operator", "privacy"] } },
    async () => redrive.progress(),
  );

  admin.post(
    REDRIVE_PATH,
    { config: { access: ["operator"], act: "redrive" } },
    async (request, reply) => {
      const asked = RedriveRequest.safeParse(parseJson(request.body));
      if (!asked.success) return replyProblem(reply, "invalid-body", `${whereOf(asked.error)}.`);
      const { id, limit } = asked.data;
      request.actSubject = subjectOf(asked.data);
      if (id !== undefined) {
        if (asked.data.class !== undefined || limit !== undefined) {
          return replyProblem(reply, "invalid-body", "id: give it alone, without class and limit.");
        }
        return (await redrive.one(id))
          ? ({ state: "done", redriven: 1, of: 1 } satisfies RedriveProgress)
          : replyProblem(reply, "not-found", "No dead letter has that name any more.");
      }
      const progress = await redrive.begin(asked.data);
      if (progress === undefined) {
        return replyProblem(reply, "busy", "A redrive is under way; ask how far it is.", 10);
      }
      return reply.code(progress.state === "running" ? 202 : 200).send(progress);
    },
  );
}

/** What was asked for, for the audit. */
function subjectOf({ class: letterClass, limit, id }: RedriveRequest): string {
  if (id !== undefined) return id;
  const most = limit === undefined ? "" : `, at most ${limit}`;
  return `${letterClass ?? "all classes"}${most}`;
}
