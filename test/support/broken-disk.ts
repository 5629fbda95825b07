import { spawn } from "node:child_process";
import { endingOf } from "./processes.ts";
import { waitFor } from "./wait.ts";

/** What a disk may say to a process that writes to it. */
export type DiskError = "EIO" | "ENOSPC" | "EROFS";

/** Lets the disk work again. */
export type Mend = () => Promise<void>;

/**
 * From now on every call of the given kinds on `file` fails for the running process, as a failing disk
 * would have it. What happens to other files goes on.
 */
export async function breakDisk(
  pid: number,
  file: string,
  calls: "writes" | "syncs",
  error: DiskError,
): Promise<Mend> {
  const kinds = calls === "writes" ? "pwrite64,write,ftruncate" : "fsync,fdatasync";
  const tracer = spawn(
    "strace",
    // Only what is on the file is looked at, and so nothing else is slowed down.
    ["-f", "-P", file, "-e", `trace=${kinds}`, "-e", `inject=${kinds}:error=${error}`].concat([
      "-o",
      "/dev/null",
      "-p",
      String(pid),
    ]),
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = endingOf(tracer);
  let said = "";
  tracer.stderr.on("data", (chunk: Buffer) => (said += String(chunk)));
  await waitFor("strace to attach", () => said.includes(`rocess ${pid} attached`));
  return async () => {
    tracer.kill("SIGTERM");
    await ended;
  };
}
