import { lookup as systemLookup, type LookupAddress, type LookupOptions } from "node:dns";
import { BlockList, isIP } from "node:net";

/**
 * Addresses that are not on the public internet.
 *
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries, those that are not "Globally
 * Reachable", multicast, and the prefixes that carry an IPv4 address within (mapped, NAT64, 6to4).
 */
const NOT_PUBLIC_4 = new BlockList();
// A list of its own: in one list, the mapped prefix would take in every IPv4 address.
const NOT_PUBLIC_6 = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  NOT_PUBLIC_4.addSubnet(net, prefix, "ipv4");
}
for (const [net, prefix] of [
  ["::", 96],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  NOT_PUBLIC_6.addSubnet(net, prefix, "ipv6");
}

/** Whether an address, as text, is on the public internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !NOT_PUBLIC_4.check(address, "ipv4");
    case 6:
      return !NOT_PUBLIC_6.check(address, "ipv6");
    default:
      return false;
  }
}

function isLoopbackAddress(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
}

/** No address of a name may be called: nothing was sent. */
export class PrivateAddressError extends Error {
  override readonly name = "PrivateAddressError";
  readonly code = "PRIVATE_ADDRESS";
  /** As of any failure to find an address: no connection came about. */
  readonly syscall = "getaddrinfo";
}

type Found = (
  error: Error | null,
  address: string | readonly LookupAddress[],
  family?: number,
) => void;

export type Lookup = (hostname: string, options: LookupOptions, found: Found) => void;

type ResolveAll = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  found: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/**
 * A lookup whose answers are what is then connected to, so that a name cannot show one address to a
 * check and another to the call (DNS rebinding). Gives public addresses only, or, where loopback is
 * meant, loopback ones only.
 */
export function createGuardedLookup(
  isLoopbackMeant: boolean,
  resolveAll: ResolveAll = (hostname, options, found) => systemLookup(hostname, options, found),
): Lookup {
  const isAllowed = isLoopbackMeant ? isLoopbackAddress : isPublicAddress;
  return (hostname, options, found) => {
    resolveAll(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return found(error, []);
      const allowed = addresses.filter(({ address }) => isAllowed(address));
      const [first] = allowed;
      if (first === undefined) {
        return found(
          new PrivateAddressError("the name leads to no address that may be called"),
          [],
        );
      }
      return options.all === true ? found(null, allowed) : found(null, first.address, first.family);
    });
  };
}
