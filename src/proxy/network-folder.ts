import { statfsSync } from "node:fs";
import { StartupError } from "./startup-error.ts";

/**
 * File systems on which another machine may have the same file, by the number Linux gives them.
 *
 * SQLite's locks do not keep other machines out there, and what it was told is on the disk may not be;
 * two proxies that believe to be alone destroy the file. FUSE is sshfs, s3fs, gluster and their like,
 * and a few that are local: nobody can tell from here. 9p is not among them: some containers see
 * their own disk through it.
 *
 * Source: sqlite.org/howtocorrupt.html section 2.1; numbers: Linux, include/uapi/linux/magic.h, and
 * those of the file systems outside of it, statfs(2).
 */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x65735546, "FUSE"],
  [0x00c36400, "Ceph"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x73757245, "Coda"],
  [0x564c, "NCP"],
  [0x0bd00bd0, "Lustre"],
  [0x01161970, "GFS2"],
  [0x7461636f, "OCFS2"],
  [0x20030528, "OrangeFS"],
]);

/** Throws a `StartupError` for a folder on a network. Elsewhere than on Linux it cannot tell. */
export function refuseNetworkFolder(dataDir: string, fileSystem = statfsSync(dataDir).type): void {
  if (process.platform !== "linux") return;
  // Some kernels give numbers above 2^31 as negative ones.
  const name = NETWORK_FILE_SYSTEMS.get(fileSystem >>> 0);
  if (name === undefined) return;
  throw new StartupError(
    `DATA_DIR: ${dataDir} is on a network file system (${name}), where two proxies could destroy one SQLite file; set DATA_DIR to a folder on a disk of this machine, or give DATABASE_URL.`,
  );
}
