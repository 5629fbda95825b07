import { expect, it } from "vitest";
import { SERVICE_WORKER, trustedScriptUrl } from "../../src/kiosk/script-urls.ts";

it.each([
  SERVICE_WORKER,
  "/assets/camera-worker-B2_x-9Qz.js",
  "/src/camera/camera-worker.ts?worker_file&type=module",
])("[CA4] a worker is loaded from %s", (url) => {
  expect(trustedScriptUrl(url)).toBe(url);
});

it.each([
  "/assets/index-abc.js",
  "//camera-worker.example/assets/camera-worker-a.js",
  "https://evil.example/assets/camera-worker-a.js",
  "/assets/camera-worker-a.js/../../evil.js",
  "/assets/camera-worker-a.js?next=//evil.example",
  "/assets/camera-workers/evil.js",
  "data:text/javascript,1",
])("[CA4] no worker is loaded from %s", (url) => {
  expect(() => trustedScriptUrl(url)).toThrow("no script is loaded from");
});
