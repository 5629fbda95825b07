/**
 * How the rejection begins by which a proxy says that it does not know an entry's occasion: the path of
 * the field. A kiosk writes none but those of its own version, so a newer proxy will know it, and the entry
 * stays owed. Proxies from `withdrawal` on answer `retry` themselves.
 */
export const UNKNOWN_OCCASION = "occasion:";
