/** `GET` on each listener: the OpenAPI 3.1 description of what that listener answers, and of no more. */
export const OPENAPI_PATH = "/v1/openapi.json";
