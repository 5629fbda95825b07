import { expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { processingRecord } from "../../../src/proxy/privacy/processing-record.ts";
import { settingsFrom } from "../../../src/proxy/settings.ts";

it("[CA6] the record says of pictures what the configuration makes true", () => {
  const settings = settingsFrom({});
  if (!settings.ok) throw new Error(settings.error);
  const without = processingRecord(settings.value, EXAMPLE_CONFIG);
  expect(without).toContain("names, addresses, pictures |");
  expect(without).not.toContain("camera");
  const withCamera = processingRecord(settings.value, { ...EXAMPLE_CONFIG, camera: {} });
  expect(withCamera).toContain("names, addresses |");
  expect(withCamera).toContain("| kiosk | pictures of its camera");
  expect(withCamera.split("\n").filter((line) => line === "")).toHaveLength(
    without.split("\n").filter((line) => line === "").length,
  );
});
