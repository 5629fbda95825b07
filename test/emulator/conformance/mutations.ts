import type { Mutation } from "./mutation.ts";
import { AUTHENTICATION_MUTATIONS } from "./mutations/authentication.ts";
import { BULK_MUTATIONS } from "./mutations/bulk.ts";
import { FETCH_MUTATIONS } from "./mutations/fetch.ts";
import { QUOTA_MUTATIONS } from "./mutations/quotas.ts";
import { SINGLE_UPDATE_MUTATIONS } from "./mutations/single-update.ts";
import { VALUE_MUTATIONS } from "./mutations/values.ts";
import { VISITOR_ID_MUTATIONS } from "./mutations/visitor-ids.ts";

/** One for every fact that a client can observe. */
export const MUTATIONS: readonly Mutation[] = [
  ...SINGLE_UPDATE_MUTATIONS,
  ...VALUE_MUTATIONS,
  ...AUTHENTICATION_MUTATIONS,
  ...BULK_MUTATIONS,
  ...FETCH_MUTATIONS,
  ...VISITOR_ID_MUTATIONS,
  ...QUOTA_MUTATIONS,
];
