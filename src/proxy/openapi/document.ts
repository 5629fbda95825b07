import { SESSION_COOKIE } from "../admin/sessions.ts";
import type { Operation } from "./operation.ts";
import { ADMIN_OPERATIONS } from "./admin-operations.ts";
import { KIOSK_OPERATIONS } from "./kiosk-operations.ts";
import { jsonSchemas, refOf, type AnswerName, type RequestName } from "./schemas.ts";

export type Listener = "kiosk" | "admin";

const OPERATIONS: Readonly<Record<Listener, readonly Operation[]>> = {
  kiosk: KIOSK_OPERATIONS,
  admin: ADMIN_OPERATIONS,
};

const TITLES: Readonly<Record<Listener, string>> = {
  kiosk: "Tarjeta, what kiosks ask",
  admin: "Tarjeta, administration",
};

/** OpenAPI 3.1 of one listener, from the contract (rule OP5). */
export function openApiOf(listener: Listener): Readonly<Record<string, unknown>> {
  const operations = OPERATIONS[listener];
  const requests = new Set<RequestName>(operations.flatMap(({ body }) => body ?? []));
  const answers = new Set<AnswerName>(operations.flatMap(({ answer }) => answer.schema ?? []));
  answers.add("Problem");
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = pathOf(operation.path);
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: { title: TITLES[listener], version: "1" },
    paths,
    components: {
      schemas: jsonSchemas(requests, answers),
      securitySchemes: SECURITY[listener],
    },
  };
}

/** `/a/:b` as `/a/{b}`. */
function pathOf(path: string): string {
  return path.replaceAll(/:(\w+)/g, "{$1}").replace("*", "{file}");
}

const SECURITY = {
  kiosk: {
    kiosk: {
      type: "apiKey",
      in: "header",
      name: "signature",
      description:
        "RFC 9421, over @method, @path and content-digest, with created, nonce and keyid.",
    },
  },
  admin: {
    token: { type: "http", scheme: "bearer", description: "An admin token." },
    session: { type: "apiKey", in: "cookie", name: SESSION_COOKIE },
  },
} as const;

function describe(operation: Operation): Readonly<Record<string, unknown>> {
  const { summary, access, body, answer } = operation;
  const parameters = parametersOf(operation);
  return {
    summary,
    ...securityOf(access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: jsonOf(body) } }),
    responses: {
      [answer.status]: { description: "Done.", ...contentOf(answer) },
      ...(answer.also === undefined
        ? {}
        : { [answer.also]: { description: "Begun.", ...contentOf(answer) } }),
      default: {
        description: "Not done, and why.",
        headers: { "x-request-id": REQUEST_ID },
        content: { "application/problem+json": { schema: { $ref: refOf("Problem") } } },
      },
    },
  };
}

function contentOf({ schema, type }: Operation["answer"]): Readonly<Record<string, unknown>> {
  return {
    headers: { "x-request-id": REQUEST_ID },
    ...(schema === undefined ? {} : { content: jsonOf(schema) }),
    ...(type === undefined ? {} : { content: { [type]: {} } }),
  };
}

const REQUEST_ID = {
  description: "By which name the request stands in the log.",
  schema: { type: "string" },
};

function jsonOf(name: string): Readonly<Record<string, unknown>> {
  return { "application/json": { schema: { $ref: refOf(name) } } };
}

function parametersOf({ path, query = {} }: Operation): readonly unknown[] {
  const inPath = [...pathOf(path).matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query).map(([name, description]) => ({
    name,
    in: "query",
    required: false,
    description,
    schema: { type: "string" },
  }));
  return [...inPath, ...inQuery];
}

function securityOf(access: Operation["access"]): Readonly<Record<string, unknown>> {
  if (access === "anybody") return { security: [] };
  if (access === "kiosk") return { security: [{ kiosk: [] }] };
  return {
    description: `Roles: ${access.join(", ")}.`,
    security: [{ token: [] }, { session: [] }],
    "x-roles": access,
  };
}
