import { liveThrough } from "./allowance-days/live-through.ts";
import { verdictOn } from "./allowance-days/recording.ts";
import { LONG_WEEKEND } from "./allowance-days/story.ts";
import { withoutGuard } from "./allowance-days/control.ts";
const t = performance.now();
const r = await liveThrough({
  story: { ...LONG_WEEKEND, days: 1 },
  seed: 1,
  onDay: (d) => console.log("day", d, ((performance.now() - t) / 1000).toFixed(1)),
});
console.log(verdictOn(r), r.freshMs.length, process.cpuUsage());

console.log(((performance.now() - t) / 1000).toFixed(1), process.cpuUsage());
