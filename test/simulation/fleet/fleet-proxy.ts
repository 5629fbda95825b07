import * as z from "zod";
import { openProxy } from "../../../src/proxy/proxy.ts";
import { settingsFrom } from "../../../src/proxy/settings.ts";

// Composition root of a proxy of the fleet: the product as `src/proxy/main.ts` makes it, on the clock
// of whoever started it, which comes as messages. Ends with its starter.

const Started = z.object({ FLEET_NOW_MS: z.coerce.number(), FLEET_CALL_MS: z.coerce.number() });

const settings = settingsFrom(process.env);
if (!settings.ok) throw new Error(settings.error);
const { target } = settings.value;
if (target === undefined) throw new Error("TARGET_CLIENT: the fleet's Target is outside.");
const { FLEET_NOW_MS: bornMs, FLEET_CALL_MS: timeoutMs } = Started.parse(process.env);

let nowMs = bornMs;
process.on("message", (message) => {
  nowMs = z.number().parse(message);
  process.send?.(nowMs);
});
process.on("disconnect", () => process.exit(1));

const proxy = await openProxy({
  settings: settings.value,
  target: { ...target, timeoutMs },
  clock: { wallMs: () => nowMs, monoMs: () => nowMs - bornMs },
  kioskDir: undefined,
  onFatal: (error) => {
    console.error(error);
    process.exit(1);
  },
});
process.once("SIGTERM", () => {
  void proxy.close().then(() => process.exit(0));
});
process.send?.({ kioskUrl: proxy.kioskUrl, adminUrl: proxy.adminUrl });
