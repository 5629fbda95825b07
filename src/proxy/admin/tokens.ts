import type { Role } from "../../contract/admin.ts";
import { digestOf, isSameDigest } from "./token-digest.ts";
import { FIRST_NAME, type TokenStore } from "./token-file.ts";

/** Who acts on the admin listener. */
export interface Actor {
  readonly name: string;
  readonly role: Role;
  /** All that the role `store` sees is of this store. */
  readonly storeId?: string | undefined;
}

/** An actor, and the digest of the token that says so. */
export interface Bearer extends Actor {
  readonly digest: string;
}

export interface Tokens {
  /** Whose token this is; nothing when it is nobody's. */
  readonly identify: (token: string) => Bearer | undefined;
  /** Whether that token still stands: revoking ends sessions too. */
  readonly stands: (bearer: Bearer) => boolean;
}

/** The token the proxy was started with, who is an operator, and the named ones. */
export function createTokens(firstToken: string, kept: Pick<TokenStore, "list">): Tokens {
  const first: Bearer = { name: FIRST_NAME, role: "operator", digest: digestOf(firstToken) };
  const everybody = (): readonly Bearer[] => [first, ...kept.list()];
  return {
    identify: (token) => {
      const digest = digestOf(token);
      let found: Bearer | undefined;
      // All of them, found or not: how long it takes tells nothing.
      for (const each of everybody()) {
        if (isSameDigest(each.digest, digest)) {
          const { name, role, storeId } = each;
          found = { name, role, storeId, digest: each.digest };
        }
      }
      return found;
    },
    stands: ({ name, digest }) =>
      everybody().some((each) => each.name === name && isSameDigest(each.digest, digest)),
  };
}
