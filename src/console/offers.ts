import type { Role } from "../contract/admin.ts";

/** What a role is offered: exactly what the admin listener would not refuse. */
export interface Offers {
  /** What is of the whole chain: allowance, backlog, dead letters, forwarding. */
  readonly chain: boolean;
  /** The whole list of kiosks, beyond those to look after first. */
  readonly allKiosks: boolean;
  /** Pausing and resuming. */
  readonly forwarding: boolean;
  readonly redrive: boolean;
  /** Saying that somebody goes where help was called for. */
  readonly help: boolean;
  readonly journey: boolean;
}

export function offersFor(role: Role): Offers {
  return {
    chain: role !== "store",
    allKiosks: role === "viewer" || role === "operator" || role === "store",
    forwarding: role === "operator",
    redrive: role === "operator",
    help: role === "operator" || role === "store",
    journey: role === "operator" || role === "privacy" || role === "marketer",
  };
}
