import type { FastifyReply } from "fastify";
import * as z from "zod";

/** The value as the schema wants it; otherwise the reply has been sent, saying what is wrong where. */
export function parsed<T>(
  schema: z.ZodType<T>,
  value: unknown,
  reply: FastifyReply,
): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  reply.code(400).send({ status: 400, message: z.prettifyError(result.error) });
  return undefined;
}
