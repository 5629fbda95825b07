import { isIP } from "node:net";
import { isPublicAddress } from "./address-guard.ts";
import { isLoopback } from "./loopback.ts";

/**
 * What is wrong with the address of a service that is sent secrets, as one sentence; nothing when it
 * may be used. What a name leads to is looked at again when it is called.
 *
 * @param tokenVariable where its credentials are to be given instead
 */
export function refusalOfService(
  variable: string,
  address: string,
  tokenVariable: string,
): string | undefined {
  if (!URL.canParse(address)) return `${variable}: is not an address.`;
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") {
    return `${variable}: takes no password; give a bearer token as ${tokenVariable}.`;
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    return `${variable}: must begin with https:// unless it is a loopback address.`;
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isIP(host) !== 0 && !isLoopback(host) && !isPublicAddress(host)
    ? `${variable}: is a private address; give the public name of the service.`
    : undefined;
}
