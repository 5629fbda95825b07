import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Ground } from "../contract/update.ts";

/** A purpose the shopper said yes to, and the hash of the words they saw. */
export interface Agreed {
  readonly id: string;
  readonly textHash: string;
}

/** What an update about one attribute may be kept on: the terms, or an agreement (rule PV4). */
export type Agreement = readonly Agreed[] | undefined;

/** Whether this ground covers the attribute: terms what no purpose names, an agreement its purposes' own. */
export function isCovered(attribute: string, agreement: Agreement, config: KioskConfig): boolean {
  const purposes = config.consent?.purposes.filter((each) => each.attributes.includes(attribute));
  return agreement === undefined
    ? purposes === undefined || purposes.length === 0
    : purposes?.some(({ id }) => agreement.some((yes) => yes.id === id)) === true;
}

/** As it travels with the update and stays in the journal. */
export function groundOf(agreement: Agreement, config: KioskConfig): Ground {
  return agreement === undefined
    ? { type: "terms", version: config.terms.version }
    : { type: "consent", purposes: agreement.map(({ id, textHash }) => ({ id, textHash })) };
}
