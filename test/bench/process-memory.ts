import { readFileSync } from "node:fs";

/** What a process takes of the machine, and took at most; Linux, as the kernel counts it. */
export function processMemory(pid: number | "self"): {
  readonly nowKb: number;
  readonly peakKb: number;
} {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
  return { nowKb: kb("VmRSS"), peakKb: kb("VmHWM") };
}
