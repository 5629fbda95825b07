import { parentPort, workerData } from "node:worker_threads";
import { checkCopy } from "./check-copy.ts";

// Composition root of the thread that checks a copy: reading a large file whole would block.

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(checkCopy(String(workerData)));
