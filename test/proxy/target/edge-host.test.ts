import { describe, expect, it } from "vitest";
import {
  addressAtTarget,
  edgeHostOf,
  isTargetHost,
  locationHintOf,
} from "../../../src/proxy/target/edge-host.ts";

const ADOBES = "https://example.tt.omtrdc.net";
const LOOPBACK = "http://127.0.0.1:8081";

it.each([
  ["1368007744041-575948.01_00", "01"],
  ["1444512212156-384616.17_35", "17"],
  ["10abf6304b2714215b1fd39a870f01afc.28_20", "28"],
  ["84e8d0e211054f18af365d65f45e902b.28_131", "28"],
])("[TC7] reads the location hint of %s as Adobe's SDKs do", (tntId, cluster) => {
  expect(locationHintOf(tntId)).toBe(cluster);
  expect(edgeHostOf(tntId)).toBe(`mboxedge${cluster}.tt.omtrdc.net`);
});

it.each([
  "111492025094307-353046",
  "a.b.01_00",
  "a.01",
  "a.01_00_00",
  "a._00",
  "a.evil_00",
  "a.1/x_00",
  "a.12345_0",
  "",
  ".",
  "a.٠١_00",
])("[TC7] takes %j for an id without a hint", (tntId) => {
  expect(locationHintOf(tntId)).toBeUndefined();
  expect(edgeHostOf(tntId)).toBeUndefined();
});

describe("[TC7] whose host it is", () => {
  it.each([
    ["example.tt.omtrdc.net", ADOBES, true],
    ["mboxedge45.tt.omtrdc.net", ADOBES, true],
    ["mboxedge.tt.omtrdc.net", ADOBES, false],
    ["mboxedge45.tt.omtrdc.net.example.com", ADOBES, false],
    ["xmboxedge45.tt.omtrdc.net", ADOBES, false],
    ["other.tt.omtrdc.net", ADOBES, false],
    ["127.0.0.1", LOOPBACK, true],
    ["mboxedge45.tt.omtrdc.net", LOOPBACK, false],
    ["mboxedge45.tt.omtrdc.net", "https://target.example.com", false],
  ])("%s of %s: %s", (hostname, origin, isTargets) => {
    expect(isTargetHost(hostname, origin)).toBe(isTargets);
  });

  const STATUS = "/m2/example/profile/batchStatus?batchId=example-1&m2Node=00";

  it.each([
    [
      `http://mboxedge45.tt.omtrdc.net${STATUS}`,
      ADOBES,
      `https://mboxedge45.tt.omtrdc.net${STATUS}`,
    ],
    [`https://example.tt.omtrdc.net${STATUS}`, ADOBES, `https://example.tt.omtrdc.net${STATUS}`],
    [`${LOOPBACK}${STATUS}`, LOOPBACK, `${LOOPBACK}${STATUS}`],
  ])("asks %s of %s", (address, origin, asked) => {
    expect(addressAtTarget(address, origin)?.href).toBe(asked);
  });

  it.each([
    ["http://mboxedge45.tt.omtrdc.net:8080/", ADOBES],
    ["https://somebody@mboxedge45.tt.omtrdc.net/", ADOBES],
    ["http://169.254.169.254/latest", ADOBES],
    ["ftp://mboxedge45.tt.omtrdc.net/", ADOBES],
    ["//mboxedge45.tt.omtrdc.net/", ADOBES],
    ["http://127.0.0.1:9999/", LOOPBACK],
    ["https://127.0.0.1:8081/", LOOPBACK],
    ["not an address", LOOPBACK],
  ])("never asks %s of %s", (address, origin) => {
    expect(addressAtTarget(address, origin)).toBeUndefined();
  });
});
