import { fromJSONSchema, type ZodType } from "zod";

/** A description as a listener serves it, as far as tests look into it. */
export interface ServedDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, ServedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface ServedOperation {
  readonly "x-roles"?: readonly string[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> }>
  >;
}

/** Every operation of a description: method in capitals, path as it is mounted. */
export function operationsIn({ paths }: ServedDocument) {
  return Object.entries(paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

/** What the description says of an answer's body. */
export function answerSchema(
  document: ServedDocument,
  { responses }: ServedOperation,
  status: number,
): ZodType {
  const { content = {} } = responses[status] ?? responses["default"]!;
  const schema = (content["application/json"] ?? content["application/problem+json"])?.schema;
  if (schema === undefined) throw new Error(`Nothing is said of JSON with ${status}.`);
  // What an OpenAPI document calls components, JSON Schema calls definitions.
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return fromJSONSchema(JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")));
}
