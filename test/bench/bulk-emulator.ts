import { createEmulator } from "../../src/emulator/target-emulator.ts";

// The emulator in a process of its own, which tells its address, and its memory whenever it is asked.

const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
const { app } = createEmulator({
  clock,
  propagation: { minMs: 0, maxMs: 0 },
  bulk: { processing: { baseMs: 0, perRowMs: 0 } },
});
await app.listen({ host: "127.0.0.1", port: 0 });
process.on("message", () =>
  process.send!({
    nowKb: process.memoryUsage.rss() / 1_024,
    peakKb: process.resourceUsage().maxRSS,
  }),
);
process.send!(app.server.address());
