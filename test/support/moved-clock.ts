import { performance } from "node:perf_hooks";

// Preloaded into a proxy under test: its wall clock and its monotonic clock run `MOVED_CLOCK_MS`
// ahead, as if that much time had really passed.

const movedMs = Number(process.env["MOVED_CLOCK_MS"] ?? 0);
const realWallMs = Date.now;
const realMonoMs = performance.now.bind(performance);

Date.now = () => realWallMs() + movedMs;
performance.now = () => realMonoMs() + movedMs;
