/**
 * Part of Target an id says it belongs to: `01` of `1368007744041-575948.01_00`. Nothing where it
 * names none.
 *
 * Source: Adobe's SDKs (`extractClusterFromDeviceId` of the Node one): two parts around one dot, the
 * second of two parts around one underscore, the first of these. Ours: digits only, since it becomes
 * part of a host's name.
 *
 * Updates do not follow it: every example of Adobe's calls `{client}.tt.omtrdc.net`, and the clusters
 * that old ids name may be gone. The id is sent as it is, hint and all.
 */
export function locationHintOf(tntId: string): string | undefined {
  const [, location, ...moreDots] = tntId.split(".");
  if (location === undefined || moreDots.length > 0) return undefined;
  const [cluster = "", node, ...more] = location.split("_");
  if (node === undefined || more.length > 0) return undefined;
  return CLUSTER.test(cluster) ? cluster : undefined;
}

/** Host of the edge an id names, such as `mboxedge01.tt.omtrdc.net`. */
export function edgeHostOf(tntId: string): string | undefined {
  const cluster = locationHintOf(tntId);
  return cluster === undefined ? undefined : `mboxedge${cluster}${TARGET_DOMAIN}`;
}

/** Source: two digits in every id and list of Adobe's; ours: room for two more. */
const CLUSTER = /^\d{1,4}$/;

const TARGET_DOMAIN = ".tt.omtrdc.net";

const EDGE_HOST = /^mboxedge\d{1,4}\.tt\.omtrdc\.net$/;

/**
 * Whether `hostname` is the Target we are set up for: its own host or, where that is one of Adobe's,
 * any of its edges.
 *
 * @param origin where Target is, as configured
 */
export function isTargetHost(hostname: string, origin: string): boolean {
  const configured = new URL(origin);
  if (hostname === configured.hostname) return true;
  return isAdobes(configured) && EDGE_HOST.test(hostname);
}

/**
 * The address to ask where Target named one itself, such as a batch's status. Nothing when it is not
 * at Target: nobody's answer may send us, or a token, elsewhere.
 *
 * Source: Adobe names them with `http:`. At an edge they are asked over https all the same; the
 * configured origin is asked as it is configured.
 */
export function addressAtTarget(address: string, origin: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const configured = new URL(origin);
  if (url.username !== "" || url.password !== "") return undefined;
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  if (!isTargetHost(url.hostname, origin)) return undefined;
  if (isAdobes(configured)) {
    if (url.port !== "") return undefined;
    url.protocol = "https:";
    return url;
  }
  return url.origin === configured.origin ? url : undefined;
}

function isAdobes(origin: URL): boolean {
  return (
    origin.protocol === "https:" && origin.port === "" && origin.hostname.endsWith(TARGET_DOMAIN)
  );
}
