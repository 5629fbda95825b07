/**
 * Where a visitor stands.
 *
 * - `waiting`: owes Target something.
 * - `idle`: owes nothing.
 * - `dead`: Target, or we, refused something; aside until something newer arrives.
 * - `absent`: not in Target, and looked for; nothing is called for it before it is found (rule UN1).
 * - `unknown`: was looked for in vain; at rest until the next scan.
 */
export type VisitorState = "waiting" | "idle" | "dead" | "absent" | "unknown";
